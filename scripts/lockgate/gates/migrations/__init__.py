"""The gate `migrations`: a change's migrations, applied to a PostgreSQL that is thrown away."""
