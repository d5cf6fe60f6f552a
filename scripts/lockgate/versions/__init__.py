"""Order versions and judge ranges as each ecosystem does."""
