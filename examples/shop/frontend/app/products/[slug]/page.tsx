import { CartButton } from "../../../components/CartButton";
import { ProductDescription } from "../../../components/ProductDescription";
import { ReviewList } from "../../../components/ReviewList";
import { product, products } from "../../../lib/api";
import { pounds } from "../../../lib/money";
import { reviewsOf } from "../../../lib/reviews";

type Props = { params: Promise<{ slug: string }> };

export async function generateStaticParams() {
  return (await products()).map(({ slug }) => ({ slug }));
}

export async function generateMetadata({ params }: Props) {
  return { title: (await product((await params).slug)).name };
}

export default async function ProductPage({ params }: Props) {
  const { slug } = await params;
  const [item, reviews] = await Promise.all([product(slug), reviewsOf(slug)]);
  return (
    <article>
      <h1>{item.name}</h1>
      <p>{pounds(item.price)}</p>
      <CartButton product={item.name} />
      <ProductDescription html={item.description} />
      <ReviewList reviews={reviews} />
    </article>
  );
}
