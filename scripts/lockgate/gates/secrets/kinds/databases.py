"""Passwords and tokens of databases."""

import re

from lockgate.finding import Severity
from lockgate.gates.secrets.kinds.kind import Kind, token
from lockgate.gates.secrets.kinds.placeholders import is_placeholder

_STOCK_PASSWORD = re.compile(
    r"admin|amqp|change_?(?:me|it)|db(?:pass(?:word)?)?|default|example|foo(?:bar)?|guest|hunter|mongo(?:db)?|"
    r"(?:my|your|super|secret)?_?(?:pass(?:w(?:or)?d)?|passw0rd|pwd?|secret|token)|mysql|postgres(?:ql)?|qwerty|"
    r"rabbitmq|redis|root|s3cr[3e]t|sa|test(?:ing)?|tiger|user(?:name)?",
    re.ASCII,
)
_UNREAL_HOST = re.compile(
    r"localhost|127\.[0-9.]+|0\.0\.0\.0|host(?:name)?|(?:.*\.)?(?:example(?:\.\w+)?|test|invalid|localhost)",
    re.ASCII | re.IGNORECASE,
)


def url(scheme: str) -> str:
    """Make the pattern of an address that holds a user, a password and a host."""
    login = r"""(?P<user>[^\s:/@"'<>`]{0,64}):(?P<secret>[^\s:/@"'<>`{}()$*]{3,128})"""
    return rf"{scheme}://{login}@(?P<host>[\w.-]{{1,253}})"


def is_real_login(match: re.Match[str]) -> bool:
    """Accept an address whose password is no stock word and whose host may exist."""
    user, password, host = match["user"].lower(), match["secret"].lower(), match["host"]
    stock = _STOCK_PASSWORD.fullmatch(password.rstrip("0123456789!")) or password == user
    written = is_placeholder(password) or "passw" in password or len(set(password)) < 4
    in_compose_file = "." not in host and password.isalpha()
    return not (stock or written or in_compose_file or _UNREAL_HOST.fullmatch(host))


KINDS = (
    Kind(
        id="aiven-password",
        name="Aiven service password",
        severity=Severity.HIGH,
        keywords=("avns_",),
        pattern=token(r"AVNS_", r"[\w-]{19}"),
        why="A holder can sign in to the database or message service.",
        mend="Reset the password under Aiven Console > the service > Users.",
        help="https://aiven.io/docs/platform/howto/reset-service-password",
    ),
    Kind(
        id="amqp-url-password",
        name="Password in a AMQP address",
        severity=Severity.HIGH,
        keywords=("amqp",),
        pattern=url(r"amqps?"),
        accepts=is_real_login,
        why="A holder who reaches the server can sign in to it.",
        mend="Change the password on the server, and read the address from the environment.",
        help="https://www.rabbitmq.com/docs/passwords",
    ),
    Kind(
        id="mongodb-url-password",
        name="Password in a MongoDB address",
        severity=Severity.HIGH,
        keywords=("mongodb",),
        pattern=url(r"mongodb(?:\+srv)?"),
        accepts=is_real_login,
        why="A holder who reaches the server can sign in to it.",
        mend="Change the password on the server, and read the address from the environment.",
        help="https://www.mongodb.com/docs/manual/reference/method/db.changeUserPassword/",
    ),
    Kind(
        id="mysql-url-password",
        name="Password in a MySQL or MariaDB address",
        severity=Severity.HIGH,
        keywords=("mysql", "mariadb"),
        pattern=url(r"(?:mysql2?|mariadb)(?:\+\w{1,20})?"),
        accepts=is_real_login,
        why="A holder who reaches the server can sign in to it.",
        mend="Change the password on the server, and read the address from the environment.",
        help="https://dev.mysql.com/doc/refman/8.4/en/alter-user.html",
    ),
    Kind(
        id="neon-api-key",
        name="Neon API key",
        severity=Severity.CRITICAL,
        keywords=("napi_",),
        pattern=token(r"napi_", r"[a-z0-9]{64}"),
        why="A holder can read, change and delete the account's databases.",
        mend="Revoke the key under Neon Console > Account settings > API keys.",
        help="https://neon.com/docs/manage/api-keys",
    ),
    Kind(
        id="planetscale-oauth-token",
        name="PlanetScale OAuth token",
        severity=Severity.HIGH,
        keywords=("pscale_oauth_",),
        pattern=token(r"pscale_oauth_", r"[\w.=-]{32,64}"),
        why="A holder can use the databases that the grant covers.",
        mend="Revoke the grant under PlanetScale > Settings > Authorized applications.",
        help="https://planetscale.com/docs/api/reference/service-tokens",
    ),
    Kind(
        id="planetscale-password",
        name="PlanetScale database password",
        severity=Severity.CRITICAL,
        keywords=("pscale_pw_",),
        pattern=token(r"pscale_pw_", r"[\w.=-]{32,64}"),
        why="A holder can sign in to the database branch.",
        mend="Delete the password under PlanetScale > the database > Settings > Passwords.",
        help="https://planetscale.com/docs/vitess/connecting/connection-strings",
    ),
    Kind(
        id="planetscale-token",
        name="PlanetScale service token",
        severity=Severity.CRITICAL,
        keywords=("pscale_tkn_",),
        pattern=token(r"pscale_tkn_", r"[\w.=-]{32,64}"),
        why="A holder can manage the databases that the token is scoped to.",
        mend="Delete the token under PlanetScale > Settings > Service tokens.",
        help="https://planetscale.com/docs/api/reference/service-tokens",
    ),
    Kind(
        id="postgres-url-password",
        name="Password in a PostgreSQL address",
        severity=Severity.HIGH,
        keywords=("postgres",),
        pattern=url(r"postgres(?:ql)?(?:\+\w{1,20})?"),
        accepts=is_real_login,
        why="A holder who reaches the server can sign in to it.",
        mend="Change the password on the server, and read the address from the environment.",
        help="https://www.postgresql.org/docs/current/sql-alterrole.html",
    ),
    Kind(
        id="redis-url-password",
        name="Password in a Redis address",
        severity=Severity.HIGH,
        keywords=("redis",),
        pattern=url(r"rediss?"),
        accepts=is_real_login,
        why="A holder who reaches the server can sign in to it.",
        mend="Change the password on the server, and read the address from the environment.",
        help="https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/",
    ),
    Kind(
        id="supabase-access-token",
        name="Supabase access token",
        severity=Severity.CRITICAL,
        keywords=("sbp_",),
        pattern=token(r"sbp_", r"[0-9a-f]{40}"),
        why="A holder can manage all projects of the account.",
        mend="Delete the token under Supabase > Account > Access tokens.",
        help="https://supabase.com/docs/reference/api/introduction",
    ),
    Kind(
        id="supabase-secret-key",
        name="Supabase secret key",
        severity=Severity.CRITICAL,
        keywords=("sb_secret_",),
        pattern=token(r"sb_secret_", r"[\w-]{22}_[\w-]{8}"),
        why="A holder can read and write all data, past row level security.",
        mend="Delete the key under Supabase > Project settings > API keys.",
        help="https://supabase.com/docs/guides/api/api-keys",
    ),
)
