"""Webhooks of the carrier."""

import hashlib
import hmac
import json
from unittest.mock import patch

from django.test import TestCase, override_settings

from orders import webhooks
from orders.models import Order


@override_settings(SECURE_SSL_REDIRECT=False)
class CarrierTest(TestCase):
    """Mark an order as sent."""

    def test_signed(self) -> None:
        """A signed message moves the order on."""
        order = Order.objects.create(email="ann@customer.example")
        body = json.dumps({"order": order.pk}).encode()
        headers = {"X-Signature": hmac.new(b"towpath", body, hashlib.sha256).hexdigest()}
        with patch.object(webhooks, "CARRIER_KEY", "towpath"):
            answer = self.client.post("/webhooks/carrier/", body, "application/json", headers=headers)
        order.refresh_from_db()
        self.assertEqual((answer.status_code, order.status), (204, Order.Status.SENT))
        self.assertIsNotNone(order.sent_at)

    def test_unsigned(self) -> None:
        """An unsigned message is refused."""
        self.assertEqual(self.client.post("/webhooks/carrier/", {}).status_code, 403)
