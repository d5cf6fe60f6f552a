-- AlterTable
SET LOCAL lock_timeout = '2s';
ALTER TABLE "review" ADD COLUMN "language" VARCHAR(8);
