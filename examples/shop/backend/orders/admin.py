"""Orders in Django's admin."""

from django.contrib import admin

from orders.models import Coupon, Order, OrderLine


class OrderLineInline(admin.TabularInline):
    """Edit the lines within their order."""

    model = OrderLine
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    """Edit the orders."""

    inlines = [OrderLineInline]
    list_display = ["id", "email", "status", "placed_at"]
    list_filter = ["status"]


@admin.register(Coupon)
class CouponAdmin(admin.ModelAdmin):
    """Edit the coupons."""

    list_display = ["code", "percent", "last_day"]
