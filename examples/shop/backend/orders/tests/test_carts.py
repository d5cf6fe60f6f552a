"""Carts in cookies."""

from django.core.signing import BadSignature
from django.test import SimpleTestCase

from orders.carts import restore, save


class CartTest(SimpleTestCase):
    """Save and restore."""

    def test_round_trip(self) -> None:
        """What was saved comes back."""
        self.assertEqual(restore({"cart2": save({"windlass": 2})}), {"windlass": 2})

    def test_forged(self) -> None:
        """A changed cookie is refused."""
        with self.assertRaises(BadSignature):
            restore({"cart2": save({"windlass": 2}) + "x"})

    def test_none(self) -> None:
        """A new visitor has an empty cart."""
        self.assertEqual(restore({}), {})
