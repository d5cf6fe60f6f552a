-- Products are known by their slug.
SET LOCAL lock_timeout = '2s';
ALTER TABLE "wishlist_item" RENAME COLUMN "product" TO "slug";
