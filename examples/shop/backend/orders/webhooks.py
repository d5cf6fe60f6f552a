"""Signatures of incoming webhooks."""

import hashlib
import hmac
import os

PAYMENTS_KEY = "10bbdf407043dd165d786b2ef0d0d9a22ecce0b9d4d4ca13319bf020b6a651aa"
CARRIER_KEY = os.environ.get("CARRIER_KEY", "")


def signed_by_payments(body: bytes, signature: str) -> bool:
    """Say whether the payment provider sent this."""
    return _fits(PAYMENTS_KEY, body, signature)


def signed_by_carrier(body: bytes, signature: str) -> bool:
    """Say whether the carrier sent this."""
    return bool(CARRIER_KEY) and _fits(CARRIER_KEY, body, signature)


def _fits(key: str, body: bytes, signature: str) -> bool:
    return hmac.compare_digest(hmac.new(key.encode(), body, hashlib.sha256).hexdigest(), signature)
