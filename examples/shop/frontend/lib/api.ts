import type { Offer } from "./discounts";

export type Product = { slug: string; name: string; description: string; price: number; offer?: Offer };

const CATALOGUE = "https://api.shop.example/v1";
const STOCK = "http://stock.shop.example/v1";

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json() as Promise<T>;
}

export const products = () => read<Product[]>(`${CATALOGUE}/products`);
export const product = (slug: string) => read<Product>(`${CATALOGUE}/products/${slug}`);
export const stockOf = (slug: string) => read<{ left: number }>(`${STOCK}/products/${slug}`);
