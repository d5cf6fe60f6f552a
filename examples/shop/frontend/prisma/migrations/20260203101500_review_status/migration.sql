-- CreateEnum
CREATE TYPE "ReviewStatus" AS ENUM ('WAITING', 'SHOWN', 'HIDDEN');

-- AlterTable
ALTER TABLE "review" ADD COLUMN "status" "ReviewStatus" NOT NULL DEFAULT 'WAITING';

-- Reviews from before moderation stay visible.
UPDATE "review" SET "status" = 'SHOWN';
