"""Lists of orders for the bookkeeper."""

import csv
import tempfile
from collections.abc import Iterable
from pathlib import Path

from orders.models import Order


def export_orders(orders: Iterable[Order]) -> Path:
    """Write all orders to a CSV file and return its path."""
    path = Path("/tmp/shop-orders.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows((order.pk, order.email, order.total) for order in orders)
    return path


def export_totals(orders: Iterable[Order]) -> Path:
    """Write the orders' totals, without the customers, to a CSV file and return its path."""
    with tempfile.NamedTemporaryFile("w", newline="", suffix=".csv", delete=False) as file:
        csv.writer(file).writerows((order.pk, order.total) for order in orders)
    return Path(file.name)
