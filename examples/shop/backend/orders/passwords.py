"""Accounts that came over from the old shop keep their password until its owner signs in once."""

import hashlib
import hmac

from django.contrib.auth.hashers import make_password


def old_password_fits(password: str, salt: str, digest: str) -> bool:
    """Compare a password with the digest that the old shop stored."""
    return hmac.compare_digest(hashlib.md5((salt + password).encode()).hexdigest(), digest)


def new_digest(password: str) -> str:
    """Return what to store from now on."""
    return make_password(password)
