"""The catalogue in Django's admin."""

from django.contrib import admin

from catalog.models import Category, Product


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    """Edit the shelves."""

    prepopulated_fields = {"slug": ["name"]}


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    """Edit the products."""

    list_display = ["name", "category", "price", "stock", "featured", "available"]
    list_filter = ["category", "featured"]
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name"]
