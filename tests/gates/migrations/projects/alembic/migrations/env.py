"""Connect, and run what was asked for."""

from alembic import context
from models import METADATA
from sqlalchemy import engine_from_config

engine = engine_from_config(context.config.get_section(context.config.config_ini_section))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
