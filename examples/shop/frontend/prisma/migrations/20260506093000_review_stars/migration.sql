-- AlterTable
SET LOCAL lock_timeout = '2s';
ALTER TABLE "review" ALTER COLUMN "stars" SET DATA TYPE INTEGER;
