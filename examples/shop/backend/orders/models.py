"""What customers order."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Sum

from catalog.models import Product


class Coupon(models.Model):
    """A code that takes some per cent off an order."""

    code = models.CharField(max_length=40, unique=True)
    percent = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(90)])
    last_day = models.DateField()

    def __str__(self) -> str:
        return self.code


class Order(models.Model):
    """A customer's order."""

    class Status(models.TextChoices):
        """How far an order has come."""

        PLACED = "placed"
        PAID = "paid"
        SENT = "sent"

    email = models.EmailField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PLACED)
    coupon = models.ForeignKey(Coupon, null=True, blank=True, on_delete=models.PROTECT)
    placed_at = models.DateTimeField(auto_now_add=True, db_column="placed")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        indexes = [models.Index(fields=["status", "placed_at"], name="orders_order_by_status_idx")]

    def __str__(self) -> str:
        return f"Order {self.pk}"

    @property
    def total(self) -> Decimal:
        """Return what the customer pays, in pounds."""
        full = self.lines.aggregate(sum=Sum(F("quantity") * F("unit_price")))["sum"] or Decimal(0)
        off = self.coupon.percent if self.coupon else 0
        return (full * (100 - off) / 100).quantize(Decimal("0.01"))


class OrderLine(models.Model):
    """So many of one product, at the price of that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"
