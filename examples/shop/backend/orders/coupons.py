"""Codes for coupons and gift cards."""

import random
import secrets
import string

ALPHABET = string.ascii_uppercase + string.digits


def coupon_code(length: int = 8) -> str:
    """Return a new code that takes some per cent off."""
    return "".join(random.choice(ALPHABET) for _ in range(length))


def gift_card_code(length: int = 16) -> str:
    """Return a new code that is worth money."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
