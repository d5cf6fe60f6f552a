-- CreateTable
CREATE TABLE "review" (
    "id" SERIAL NOT NULL,
    "product" VARCHAR(50) NOT NULL,
    "author" VARCHAR(80) NOT NULL,
    "text" TEXT NOT NULL,
    "stars" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);
