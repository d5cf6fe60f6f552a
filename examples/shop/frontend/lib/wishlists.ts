import { prisma } from "./database";

/** The slugs of the products that most people wish for. */
export async function mostWished(count: number): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ product: string }[]>`
    SELECT product FROM wishlist_item GROUP BY product ORDER BY count(*) DESC LIMIT ${count}`;
  return rows.map((row) => row.product);
}
