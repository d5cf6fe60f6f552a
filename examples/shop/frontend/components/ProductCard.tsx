import Link from "next/link";
import type { Product } from "../lib/api";
import { byOffer } from "../lib/discounts";
import { pounds } from "../lib/money";

export function ProductCard({ product }: { product: Product }) {
  const price = product.offer ? byOffer(product.price, product.offer) : product.price;
  return (
    <li>
      <Link href={`/products/${product.slug}/`}>{product.name}</Link>
      <p>{pounds(price)}</p>
    </li>
  );
}
