"""Bring a supplier's products into the catalogue."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from catalog.feeds import read_prices, read_products
from catalog.models import Category, Product


class Command(BaseCommand):
    """Read a feed of products, and a list of prices that overrides its own."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the two files."""
        parser.add_argument("products", type=Path)
        parser.add_argument("--prices", type=Path)

    @transaction.atomic
    def handle(self, *, products: Path, prices: Path | None, **options: object) -> None:
        """Create the products that are new and update the others."""
        with products.open(encoding="utf-8") as stream:
            found = read_products(stream)
        for entry in found:
            self._save(entry)
        if prices:
            with prices.open(encoding="utf-8") as stream:
                for slug, price in read_prices(stream).items():
                    Product.objects.filter(slug=slug).update(price=price)
        self.stdout.write(f"{len(found)} products imported")

    def _save(self, entry: dict[str, object]) -> None:
        slug = str(entry["category"])
        category, _ = Category.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})
        values = {"name": entry["name"], "price": entry["price"], "category": category}
        Product.objects.update_or_create(slug=entry["slug"], defaults=values)
