/** Small notices at the corner of the window. */

function corner(): HTMLElement {
  return document.getElementById("notices") ?? document.body;
}

export function added(product: string): void {
  const notice = document.createElement("p");
  notice.innerHTML = `<b>${product}</b> is in your cart`;
  corner().append(notice);
}

export function removed(product: string): void {
  const notice = document.createElement("p");
  notice.textContent = `${product} is no longer in your cart`;
  corner().append(notice);
}
