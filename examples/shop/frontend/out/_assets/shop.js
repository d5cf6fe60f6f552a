const shown = document.querySelector("#cart");
let cart = JSON.parse(localStorage.getItem("cart") ?? "[]");

function show() {
  shown.textContent = String(cart.length);
}

for (const button of document.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => {
    cart = [...cart, button.dataset.add];
    localStorage.setItem("cart", JSON.stringify(cart));
    show();
  });
}

show();
