-- CreateIndex
CREATE INDEX "review_product_status_idx" ON "review"("product", "status");
