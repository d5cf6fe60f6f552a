/** The checkout runs in a frame of the partner's page; the partner wants to know how it goes. */

export function tellStep(step: string): void {
  window.parent.postMessage({ step }, "*");
}

export function tellOrder(order: number, partner: URL): void {
  window.parent.postMessage({ order }, partner.origin);
}
