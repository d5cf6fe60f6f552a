-- AlterTable
SET LOCAL lock_timeout = '2s';
ALTER TABLE "review" ALTER COLUMN "author" SET DATA TYPE VARCHAR(120);
