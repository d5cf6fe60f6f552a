"""Settings that know nothing of DATABASE_URL."""

SECRET_KEY = "no secret"
INSTALLED_APPS = ["people"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "nowhere.db"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
