"""Labels on product cards."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from catalog.models import Product

register = template.Library()


@register.simple_tag
def shelf_label(product: Product) -> SafeString:
    """Name the shelf that a product stands on."""
    return mark_safe(f'<span class="shelf">{product.category.name}</span>')


@register.simple_tag
def stock_label(product: Product) -> SafeString:
    """Say how many are left."""
    return format_html('<span class="stock">{} left</span>', product.stock)
