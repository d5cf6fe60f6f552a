import { ProductCard } from "../components/ProductCard";
import { products } from "../lib/api";

export default async function Home() {
  return (
    <>
      <h1>On the towpath today</h1>
      <ul className="products">
        {(await products()).map((product) => (
          <ProductCard key={product.slug} product={product} />
        ))}
      </ul>
    </>
  );
}
