-- CreateIndex
CREATE INDEX CONCURRENTLY "wishlist_item_slug_idx" ON "wishlist_item"("slug");
