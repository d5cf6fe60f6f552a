import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../generated/prisma/client";

const adapter = new PrismaPg({ connectionString: process.env.REVIEWS_DATABASE_URL });
const prisma = new PrismaClient({ adapter });

export type ShownReview = { id: number; author: string; text: string };

/** The reviews of a product that the shop has looked at, newest first. */
export function reviewsOf(product: string): Promise<ShownReview[]> {
  return prisma.review.findMany({
    where: { product, status: "SHOWN" },
    orderBy: { createdAt: "desc" },
    select: { id: true, author: true, text: true },
  });
}
