"""Reminders of coupons that nobody has used yet."""

import datetime

from django.db import connection


def ending_coupons(day: datetime.date) -> list[str]:
    """Return the codes of coupons that end on that day and are in no order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM orders_coupon WHERE ends = %s"
            " AND id NOT IN (SELECT coupon_id FROM orders_order WHERE coupon_id IS NOT NULL)",
            [day],
        )
        return [row[0] for row in cursor.fetchall()]
