import type { ShownReview } from "../lib/reviews";

export function ReviewList({ reviews }: { reviews: ShownReview[] }) {
  return (
    <section>
      <h2>What others say</h2>
      {reviews.map(({ id, author, text }) => (
        <blockquote key={id}>
          <p>{text}</p>
          <cite>{author}</cite>
        </blockquote>
      ))}
    </section>
  );
}
