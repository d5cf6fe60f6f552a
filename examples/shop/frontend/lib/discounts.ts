/** What the marketing desk types into the spreadsheet of offers, such as `price * 0.9`. */
export function byFormula(price: number, formula: string): number {
  return eval(formula.replaceAll("price", String(price)));
}

export type Offer = { kind: "percent" | "pounds"; off: number };

/** The price after an offer; never below nothing. */
export function byOffer(price: number, { kind, off }: Offer): number {
  return Math.max(0, kind === "percent" ? price * (1 - off / 100) : price - off);
}
