import { prisma } from "./database";

export type ShownReview = { id: number; author: string; text: string };

/** The reviews of a product that the shop has looked at, newest first. */
export function reviewsOf(product: string): Promise<ShownReview[]> {
  return prisma.review.findMany({
    where: { slug: product, status: "SHOWN" },
    orderBy: { createdAt: "desc" },
    select: { id: true, author: true, text: true },
  });
}
