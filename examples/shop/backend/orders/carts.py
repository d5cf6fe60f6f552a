"""Carts live in the customer's cookies, so that browsing needs no account."""

import base64
import pickle
from collections.abc import Mapping

from django.core import signing

Cart = dict[str, int]
"""How many of each product, by slug."""


def restore(cookies: Mapping[str, str]) -> Cart:
    """Read the cart; carts from before the move to signed cookies are still honoured."""
    if "cart2" in cookies:
        return _read(cookies["cart2"])
    return _read_old(cookies["cart"]) if "cart" in cookies else {}


def save(cart: Cart) -> str:
    """Return the value of the `cart2` cookie."""
    return signing.dumps(cart, salt="cart", compress=True)


def _read(cookie: str) -> Cart:
    return signing.loads(cookie, salt="cart")


def _read_old(cookie: str) -> Cart:
    return pickle.loads(base64.b64decode(cookie))
