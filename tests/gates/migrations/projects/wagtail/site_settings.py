"""A site of Wagtail with all of its apps, and one of its own."""

SECRET_KEY = "no secret"
INSTALLED_APPS = [
    "press",
    *(f"wagtail.contrib.{app}" for app in ("forms", "redirects", "search_promotions", "settings")),
    *(
        f"wagtail.{app}"
        for app in ("embeds", "sites", "users", "snippets", "documents", "images", "search", "admin")
    ),
    "wagtail",
    "django.contrib.postgres",
    "modelcluster",
    "taggit",
    *(f"django.contrib.{app}" for app in ("auth", "contenttypes", "sessions", "messages", "staticfiles")),
]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "site"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
WAGTAIL_SITE_NAME = "site"
WAGTAILADMIN_BASE_URL = "https://site.example"
USE_TZ = True
