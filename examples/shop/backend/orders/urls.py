"""Routes of carts and orders."""

from django.urls import path

from orders import views

urlpatterns = [
    path("cart/", views.cart, name="cart"),
    path("webhooks/payment/", views.payment_webhook, name="payment-webhook"),
    path("webhooks/carrier/", views.carrier_webhook, name="carrier-webhook"),
]
