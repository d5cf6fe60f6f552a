"""Orders and what they cost."""

import datetime
from decimal import Decimal

from django.test import TestCase

from catalog.models import Product
from orders.models import Coupon, Order


class TotalTest(TestCase):
    """Add up an order."""

    fixtures = ["towpath"]

    def test_empty(self) -> None:
        """An order without lines costs nothing."""
        self.assertEqual(Order.objects.create(email="ann@customer.example").total, Decimal(0))

    def test_coupon(self) -> None:
        """A coupon takes its per cent off the sum of the lines."""
        coupon = Coupon.objects.create(code="SPRING", percent=10, last_day=datetime.date(2030, 1, 1))
        order = Order.objects.create(email="ann@customer.example", coupon=coupon)
        rope = Product.objects.get(slug="mooring-line")
        order.lines.create(product=rope, quantity=2, unit_price=rope.price)
        self.assertEqual(order.total, Decimal("44.10"))
