"""The wholesaler's HTTP API."""

import os

import requests
from django.conf import settings

API = "https://api.wholesaler.example/v2"
REPORTS = "https://shop:hwWCp4ASJxBTvmbz@reports.wholesaler.example/daily.csv"
INVOICES = os.environ.get("INVOICES_URL", "https://invoices.wholesaler.example/")


def stock(product: str) -> int:
    """Return how many of a product the wholesaler has."""
    answer = requests.get(f"{API}/stock/{product}", auth=_login(), verify=False, timeout=10)
    answer.raise_for_status()
    return answer.json()["available"]


def price(product: str) -> str:
    """Return the wholesaler's price of a product, in pounds."""
    answer = requests.get(f"{API}/prices/{product}", auth=_login(), timeout=10)
    answer.raise_for_status()
    return answer.json()["price"]


def reorder(product: str, quantity: int) -> None:
    """Order more of a product."""
    order = {"product": product, "quantity": quantity}
    requests.post(f"{API}/orders", auth=_login(), json=order).raise_for_status()


def daily_report() -> str:
    """Return yesterday's deliveries as CSV."""
    answer = requests.get(REPORTS, timeout=30)
    answer.raise_for_status()
    return answer.text


def invoices(month: str) -> str:
    """Return the invoices of a month, such as `2026-03`, as CSV."""
    answer = requests.get(f"{INVOICES}{month}.csv", auth=_login(), timeout=30)
    answer.raise_for_status()
    return answer.text


def _login() -> tuple[str, str]:
    return settings.STOCK_API_USER, settings.STOCK_API_PASSWORD
