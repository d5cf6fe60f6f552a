"""A PostgreSQL that is started for one run and thrown away."""
