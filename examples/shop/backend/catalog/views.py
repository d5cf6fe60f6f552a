"""Pages of the catalogue."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from catalog.models import Product
from catalog.search import products_in, products_named


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the featured products."""
    return render(request, "catalog/home.html", {"products": Product.objects.filter(featured=True, available=True)})


@require_GET
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one product."""
    return render(request, "catalog/product.html", {"product": get_object_or_404(Product, slug=slug)})


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the products whose name holds the words asked for."""
    words = request.GET.get("q", "")
    found = Product.objects.filter(pk__in=products_named(words))
    return render(request, "catalog/search.html", {"products": found, "words": words})


@require_GET
def category(request: HttpRequest, slug: str) -> JsonResponse:
    """List a shelf for the front end."""
    found = Product.objects.filter(pk__in=products_in(slug)).values("name", "slug", "price")
    return JsonResponse({"products": list(found)})
