"""Write the totals of all paid orders for the bookkeeper."""

from django.core.management.base import BaseCommand

from orders.exports import export_totals
from orders.models import Order


class Command(BaseCommand):
    """Print the path of the file that was written."""

    help = __doc__

    def handle(self, **options: object) -> None:
        """Export the orders that are paid or sent."""
        paid = Order.objects.exclude(status=Order.Status.PLACED)
        self.stdout.write(str(export_totals(paid)))
