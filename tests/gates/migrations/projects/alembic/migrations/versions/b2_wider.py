"""Make a column wider, and fill another one."""

import sqlalchemy as sa
from alembic import op

revision = "b2"
down_revision = "a1"


def upgrade():
    op.alter_column(
        "users",
        "age",
        type_=sa.BigInteger,
    )
    op.execute("UPDATE orders SET user_id = 1")


def downgrade():
    op.alter_column("users", "age", type_=sa.Integer)
