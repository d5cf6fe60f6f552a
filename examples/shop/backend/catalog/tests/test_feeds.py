"""Supplier feeds."""

import io
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase

from catalog.feeds import read_prices
from catalog.models import Product

FEED = """
products:
  - {name: Windlass, slug: windlass, category: tools, price: 18.00}
"""


class ReadPricesTest(SimpleTestCase):
    """Read a list of prices."""

    def test_prices_are_exact(self) -> None:
        """A price does not become a binary fraction."""
        self.assertEqual(read_prices(io.StringIO("prices: {windlass: 0.1}")), {"windlass": Decimal("0.1")})


class ImportFeedTest(TestCase):
    """Run the command."""

    def test_products_and_prices(self) -> None:
        """The list of prices overrides the feed's own."""
        with TemporaryDirectory() as folder:
            feed, prices = Path(folder, "feed.yaml"), Path(folder, "prices.yaml")
            feed.write_text(FEED, encoding="utf-8")
            prices.write_text("prices: {windlass: 17.25}", encoding="utf-8")
            call_command("import_feed", str(feed), prices=prices, stdout=io.StringIO())
        windlass = Product.objects.get(slug="windlass")
        self.assertEqual((windlass.price, windlass.category.name), (Decimal("17.25"), "Tools"))
