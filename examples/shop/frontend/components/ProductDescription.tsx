export function ProductDescription({ html }: { html: string }) {
  return <section dangerouslySetInnerHTML={{ __html: html }} />;
}
