-- CreateTable
CREATE TABLE "reply" (
    "id" SERIAL NOT NULL,
    "review_id" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "reply_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "reply" ADD CONSTRAINT "reply_review_id_fkey"
    FOREIGN KEY ("review_id") REFERENCES "review"("id") ON DELETE CASCADE ON UPDATE CASCADE;
