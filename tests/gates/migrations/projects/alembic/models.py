"""What the tables hold."""

from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, Table, Text

METADATA = MetaData()
USERS = Table(
    "users",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("email", Text, nullable=False),
    Column("age", BigInteger),
)
ORDERS = Table(
    "orders",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, ForeignKey("users.id")),
)
