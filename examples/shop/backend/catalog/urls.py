"""Routes of the catalogue."""

from django.urls import path

from catalog import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("api/categories/<slug:slug>/", views.category, name="category"),
]
