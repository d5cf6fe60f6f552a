-- Reviews from before were written in English, as the shop was.
UPDATE "review" SET "language" = 'en' WHERE "language" IS NULL;
