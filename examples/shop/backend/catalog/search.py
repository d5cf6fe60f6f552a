"""Look-ups in the catalogue that are written in SQL for speed."""

from django.db import connection


def products_named(words: str) -> list[int]:
    """Return the ids of products whose name holds `words`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM catalog_product WHERE name LIKE '%{words}%'")
        return [row[0] for row in cursor.fetchall()]


def products_in(category: str) -> list[int]:
    """Return the ids of products in the category of that slug."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM catalog_product WHERE category_id IN (SELECT id FROM catalog_category WHERE slug = %s)",
            [category],
        )
        return [row[0] for row in cursor.fetchall()]
