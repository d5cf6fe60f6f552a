"""The catalogue's pages as a visitor sees them."""

from django.test import TestCase, override_settings


@override_settings(SECURE_SSL_REDIRECT=False)
class PagesTest(TestCase):
    """Visit each page."""

    fixtures = ["towpath"]

    def test_home_shows_featured_products(self) -> None:
        """A featured product is on the first page."""
        self.assertContains(self.client.get("/"), "Mooring line")

    def test_product(self) -> None:
        """A product has a page."""
        self.assertContains(self.client.get("/products/tunnel-lamp/"), "12 left")

    def test_unknown_product(self) -> None:
        """An unknown product is not an error of ours."""
        self.assertEqual(self.client.get("/products/anchor/").status_code, 404)

    def test_search(self) -> None:
        """A word finds the products that have it in their name, and no other."""
        page = self.client.get("/search/", {"q": "lamp"})
        self.assertContains(page, "Tunnel lamp")
        self.assertNotContains(page, "Mooring line")

    def test_category(self) -> None:
        """A shelf lists its products for the front end."""
        products = self.client.get("/api/categories/ropes/").json()["products"]
        self.assertEqual([product["slug"] for product in products], ["mooring-line"])
