"""Carts, and what the payment provider and the carrier tell us."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from catalog.models import Product
from orders.carts import restore
from orders.models import Order
from orders.webhooks import signed_by_carrier, signed_by_payments


@require_GET
def cart(request: HttpRequest) -> HttpResponse:
    """Show the cart that the customer's cookie holds."""
    quantities = restore(request.COOKIES)
    products = Product.objects.filter(slug__in=quantities)
    lines = [(product, quantities[product.slug]) for product in products]
    return render(request, "orders/cart.html", {"lines": lines})


@csrf_exempt
@require_POST
def payment_webhook(request: HttpRequest) -> HttpResponse:
    """Mark an order as paid."""
    if not signed_by_payments(request.body, request.headers.get("X-Signature", "")):
        return HttpResponseForbidden()
    return _mark(request.body, Order.Status.PAID)


@csrf_exempt
@require_POST
def carrier_webhook(request: HttpRequest) -> HttpResponse:
    """Mark an order as sent."""
    if not signed_by_carrier(request.body, request.headers.get("X-Signature", "")):
        return HttpResponseForbidden()
    return _mark(request.body, Order.Status.SENT, sent_at=timezone.now())


def _mark(body: bytes, status: Order.Status, **times: datetime) -> HttpResponse:
    Order.objects.filter(pk=json.loads(body)["order"]).update(status=status, **times)
    return HttpResponse(status=204)
