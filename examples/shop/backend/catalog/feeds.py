"""What suppliers send: a YAML list of products, a YAML list of prices, an archive of pictures."""

import tarfile
from decimal import Decimal
from pathlib import Path
from typing import TextIO

import yaml


def read_products(stream: TextIO) -> list[dict[str, object]]:
    """Return the products of a feed, each with `name`, `slug`, `category` and `price`."""
    return yaml.load(stream, Loader=yaml.Loader)["products"]


def read_prices(stream: TextIO) -> dict[str, Decimal]:
    """Return the new price of each product, by slug."""
    prices = yaml.safe_load(stream)["prices"]
    return {slug: Decimal(str(price)) for slug, price in prices.items()}


def unpack_pictures(archive: Path, folder: Path) -> None:
    """Unpack a supplier's pictures."""
    with tarfile.open(archive) as pictures:
        pictures.extractall(folder)


def unpack_thumbnails(archive: Path, folder: Path) -> None:
    """Unpack a supplier's thumbnails."""
    with tarfile.open(archive) as thumbnails:
        thumbnails.extractall(folder, filter="data")
