"use client";

import { useState } from "react";
import { added, removed } from "../lib/notices";

export function CartButton({ product }: { product: string }) {
  const [inCart, setInCart] = useState(false);

  function toggle() {
    (inCart ? removed : added)(product);
    setInCart(!inCart);
  }

  return (
    <button type="button" onClick={toggle}>
      {inCart ? "Take out of the cart" : "Add to the cart"}
    </button>
  );
}
