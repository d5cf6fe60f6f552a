"""Reading of DATABASE_URL."""

from pathlib import Path
from urllib.parse import unquote, urlsplit


def from_url(url: str, *, default: Path) -> dict[str, object]:
    """Turn `postgresql://user@host:5432/name` into Django's settings; SQLite at `default` without a URL."""
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": default}
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must be a PostgreSQL address, not {parts.scheme!r}")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"options": "-c lock_timeout=5s"},  # nobody queues behind a migration for longer
    }
