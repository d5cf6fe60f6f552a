-- CreateTable
CREATE TABLE "wishlist" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "wishlist_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wishlist_item" (
    "wishlist_id" UUID NOT NULL,
    "product" VARCHAR(50) NOT NULL,

    CONSTRAINT "wishlist_item_pkey" PRIMARY KEY ("wishlist_id", "product")
);

-- CreateIndex
CREATE UNIQUE INDEX "wishlist_email_key" ON "wishlist"("email");

-- AddForeignKey
ALTER TABLE "wishlist_item" ADD CONSTRAINT "wishlist_item_wishlist_id_fkey"
    FOREIGN KEY ("wishlist_id") REFERENCES "wishlist"("id") ON DELETE CASCADE ON UPDATE CASCADE;
