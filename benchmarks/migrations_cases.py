"""Statements on the boundary between harmless and harmful, over one schema.

`SETUP` is run by a superuser, `SCHEMA` by the owner, `rows()` fills every table with `ROWS` rows. What a
statement does is nowhere said here: a live server is asked (migrations_matrix.py).
"""

ROWS = 2_000

SETUP = """
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
"""

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE place AS (street text, number integer);
CREATE DOMAIN word AS text;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE FUNCTION stable_one() RETURNS integer STABLE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION volatile_one() RETURNS integer VOLATILE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE users (
    id integer PRIMARY KEY,
    name varchar(50),
    code text,
    short char(10),
    nick text,
    checked text,
    spare bigint,
    amount numeric(10,2),
    whole smallint,
    made timestamp,
    made3 timestamp(3),
    seen timestamptz,
    net cidr,
    host inet,
    bits varbit(5),
    gap interval(3),
    feeling mood DEFAULT 'ok',
    said word,
    plus positive,
    key uuid,
    data json,
    tags varchar(10)[],
    flag boolean,
    counted oid,
    twice integer GENERATED ALWAYS AS (id * 2) STORED,
    born date,
    plain text
);
ALTER TABLE users ADD CONSTRAINT checked_there CHECK (checked IS NOT NULL);
ALTER TABLE users ADD CONSTRAINT plus_late CHECK (plus > 0) NOT VALID;
CREATE INDEX users_name ON users (name);
CREATE INDEX users_code ON users (code);
CREATE UNIQUE INDEX users_spare ON users (spare);
CREATE UNIQUE INDEX users_key ON users (key);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    user_id integer REFERENCES users,
    buyer integer,
    seller integer,
    total numeric(10,2)
);
ALTER TABLE orders ADD CONSTRAINT buyer_late FOREIGN KEY (buyer) REFERENCES users NOT VALID;
CREATE TABLE alone (id integer NOT NULL, body text, n integer NOT NULL DEFAULT 1);
CREATE INDEX alone_n ON alone (n);
CREATE UNLOGGED TABLE loose (id integer PRIMARY KEY, body text);
CREATE TABLE addresses OF place;
CREATE TABLE parent (id integer, body text);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE events (id integer NOT NULL, day integer NOT NULL, body text) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10000);
CREATE TABLE fresh_part (id integer NOT NULL, day integer NOT NULL, body text);
CREATE TABLE ready_part (
    id integer NOT NULL,
    day integer NOT NULL,
    body text,
    CHECK (day >= 30000 AND day < 40000)
);
CREATE TABLE logs (id integer NOT NULL, day integer NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (100000) TO (200000);
CREATE TABLE logs_rest PARTITION OF logs DEFAULT;
CREATE VIEW names AS SELECT id, nick FROM users;
CREATE MATERIALIZED VIEW sums AS SELECT seller, sum(total) AS total FROM orders GROUP BY seller;
CREATE UNIQUE INDEX sums_seller ON sums (seller);
CREATE SEQUENCE counter AS integer;
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY mine ON alone USING (true);
"""


def rows() -> str:
    """Give the SQL that fills every table, and the views that hold rows."""
    numbers = f"generate_series(1, {ROWS}) AS i"
    return f"""
INSERT INTO users (id, name, code, short, nick, checked, spare, amount, whole, made, made3, seen, net, host,
    bits, gap, said, plus, key, data, tags, flag, counted, born)
SELECT i, 'name' || i, 'code' || i, 'x', 'nick' || i, 'y', i, i, i, now(), now(), now(), '10.0.0.0/8',
    '10.0.0.1', B'101', '1 day', 'w', i, ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid,
    '{{}}', '{{a}}', true, i, current_date FROM {numbers};
INSERT INTO orders SELECT i, i, i, i, i FROM {numbers};
INSERT INTO alone SELECT i, 'body', i FROM {numbers};
INSERT INTO loose SELECT i, 'body' FROM {numbers};
INSERT INTO addresses SELECT 'street', i FROM {numbers};
INSERT INTO parent SELECT i, 'body' FROM {numbers};
INSERT INTO child SELECT i, 'body' FROM {numbers};
INSERT INTO events SELECT i, i, 'body' FROM {numbers};
INSERT INTO fresh_part SELECT i, 20000 + i, 'body' FROM {numbers};
INSERT INTO ready_part SELECT i, 30000 + i, 'body' FROM {numbers};
INSERT INTO logs SELECT i, 100000 + i FROM {numbers};
INSERT INTO logs SELECT i, i FROM {numbers};
REFRESH MATERIALIZED VIEW sums;
"""  # noqa: S608 - nothing of a stranger is in it


_ADD = "ALTER TABLE users ADD COLUMN x "
_ALTER = "ALTER TABLE users ALTER COLUMN "

CASES: tuple[str, ...] = (
    # Columns with a default
    _ADD + "text",
    _ADD + "integer DEFAULT -1",
    _ADD + "integer NOT NULL DEFAULT (1 + 1)",
    _ADD + "date DEFAULT CURRENT_DATE",
    _ADD + "timestamptz NOT NULL DEFAULT now()",
    _ADD + "timestamp DEFAULT (now() AT TIME ZONE 'utc')",
    _ADD + "text DEFAULT md5('x')",
    _ADD + "integer DEFAULT COALESCE(NULL, 0)",
    _ADD + "text[] DEFAULT ARRAY[]::text[]",
    _ADD + "jsonb NOT NULL DEFAULT '{}'::jsonb",
    _ADD + "mood DEFAULT 'ok'",
    _ADD + "integer DEFAULT stable_one()",
    _ADD + "integer DEFAULT volatile_one()",
    _ADD + "double precision DEFAULT random()",
    _ADD + "timestamptz DEFAULT clock_timestamp()",
    _ADD + "uuid DEFAULT gen_random_uuid()",
    _ADD + "bigint DEFAULT nextval('counter')",
    _ADD + "serial",
    _ADD + "bigint GENERATED BY DEFAULT AS IDENTITY",
    _ADD + "integer GENERATED ALWAYS AS (id + 1) STORED",
    _ADD + "integer GENERATED ALWAYS AS (id + 1) VIRTUAL",
    _ADD + "word",
    _ADD + "word DEFAULT 'w'",
    _ADD + "positive",
    _ADD + "positive DEFAULT 1",
    _ADD + "text UNIQUE",
    _ADD + "integer CHECK (x > 0)",
    _ADD + "integer REFERENCES users",
    _ADD + "integer DEFAULT 1 REFERENCES users",
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS name integer DEFAULT random()",
    "ALTER TABLE parent ADD COLUMN x integer DEFAULT 1",
    # Types
    _ALTER + "name TYPE varchar(100)",
    _ALTER + "name TYPE varchar",
    _ALTER + "name TYPE text",
    _ALTER + "name TYPE varchar(40)",
    _ALTER + "code TYPE varchar(100)",
    _ALTER + "code TYPE text",
    _ALTER + "code TYPE text USING code::text",
    _ALTER + "checked TYPE text USING lower(checked)",
    _ALTER + 'code TYPE text COLLATE "C"',
    _ALTER + 'checked TYPE text COLLATE "C"',
    _ALTER + 'plain TYPE text COLLATE "C"',
    _ALTER + "short TYPE char(20)",
    _ALTER + "short TYPE text",
    _ALTER + "spare TYPE numeric",
    _ALTER + "whole TYPE integer",
    _ALTER + "whole TYPE text",
    _ALTER + "amount TYPE numeric(12,2)",
    _ALTER + "amount TYPE numeric",
    _ALTER + "amount TYPE numeric(12,3)",
    _ALTER + "amount TYPE numeric(9,2)",
    _ALTER + "made TYPE timestamptz",
    _ALTER + "made TYPE timestamptz USING made AT TIME ZONE 'UTC'",
    _ALTER + "made3 TYPE timestamp(6)",
    _ALTER + "made TYPE timestamp(3)",
    _ALTER + "seen TYPE timestamp",
    _ALTER + "born TYPE timestamp",
    "DO $$ BEGIN SET LOCAL timezone = 'Europe/Berlin'; " + _ALTER + "made TYPE timestamptz; END $$",
    _ALTER + "net TYPE inet",
    _ALTER + "host TYPE cidr",
    _ALTER + "bits TYPE varbit(8)",
    _ALTER + "gap TYPE interval",
    _ALTER + "feeling TYPE text USING feeling::text",
    _ALTER + "key TYPE text",
    _ALTER + "data TYPE jsonb",
    _ALTER + "data TYPE text",
    _ALTER + "tags TYPE varchar(20)[]",
    _ALTER + "tags TYPE text[]",
    _ALTER + "said TYPE text",
    _ALTER + "checked TYPE word",
    _ALTER + "plus TYPE integer",
    _ALTER + "counted TYPE integer",
    _ALTER + "flag TYPE integer USING flag::integer",
    "ALTER TABLE orders ALTER COLUMN user_id TYPE bigint",
    "ALTER TABLE events ALTER COLUMN id TYPE bigint",
    "ALTER TYPE place ALTER ATTRIBUTE number TYPE bigint CASCADE",
    "ALTER TYPE place ADD ATTRIBUTE zip text CASCADE",
    "ALTER SEQUENCE counter AS bigint",
    # NOT NULL, defaults, marks of a column
    _ALTER + "nick SET NOT NULL",
    _ALTER + "checked SET NOT NULL",
    _ALTER + "id SET NOT NULL",
    "ALTER TABLE alone ALTER COLUMN id DROP NOT NULL",
    _ALTER + "nick SET DEFAULT random()::text",
    _ALTER + "feeling DROP DEFAULT",
    _ALTER + "nick SET STATISTICS 500",
    _ALTER + "nick SET STORAGE EXTERNAL",
    _ALTER + "nick SET COMPRESSION pglz",
    _ALTER + "nick SET (n_distinct = 5)",
    _ALTER + "twice DROP EXPRESSION",
    _ALTER + "twice SET EXPRESSION AS (id * 3)",
    "ALTER TABLE alone ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
    # Constraints
    "ALTER TABLE users ADD CONSTRAINT c CHECK (spare > 0)",
    "ALTER TABLE users ADD CONSTRAINT c CHECK (spare > 0) NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT plus_late",
    "ALTER TABLE users VALIDATE CONSTRAINT checked_there",
    "ALTER TABLE users DROP CONSTRAINT checked_there",
    "ALTER TABLE users ADD CONSTRAINT c NOT NULL nick NOT VALID",
    "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (seller) REFERENCES users",
    "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (seller) REFERENCES users NOT VALID",
    "ALTER TABLE orders VALIDATE CONSTRAINT buyer_late",
    "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey",
    "ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE",
    "ALTER TABLE users ADD CONSTRAINT c UNIQUE (nick)",
    "ALTER TABLE users ADD CONSTRAINT c UNIQUE USING INDEX users_spare",
    "ALTER TABLE alone ADD PRIMARY KEY (id)",
    "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE, ADD PRIMARY KEY USING INDEX users_key",
    "ALTER TABLE users ADD CONSTRAINT c EXCLUDE USING btree (nick WITH =)",
    "ALTER DOMAIN word ADD CONSTRAINT c CHECK (VALUE <> '')",
    "ALTER DOMAIN word ADD CONSTRAINT c CHECK (VALUE <> '') NOT VALID",
    "ALTER DOMAIN word SET NOT NULL",
    "ALTER DOMAIN word SET DEFAULT 'w'",
    # Indexes
    "CREATE INDEX ON users (nick)",
    "CREATE INDEX CONCURRENTLY ON users (nick)",
    "CREATE UNIQUE INDEX CONCURRENTLY ON users (nick)",
    "CREATE INDEX ON users USING brin (seen)",
    "CREATE INDEX ON users (nick) WHERE false",
    "CREATE INDEX ON events (body)",
    "CREATE INDEX ON ONLY events (body)",
    "DROP INDEX users_name",
    "DROP INDEX CONCURRENTLY users_name",
    "REINDEX INDEX users_name",
    "REINDEX TABLE users",
    "REINDEX INDEX CONCURRENTLY users_name",
    "ALTER INDEX users_name RENAME TO x",
    "ALTER INDEX users_name SET (fillfactor = 70)",
    "CREATE STATISTICS x ON nick, code FROM users",
    # The whole table
    "ALTER TABLE users RENAME TO x",
    "ALTER TABLE users RENAME COLUMN nick TO x",
    "ALTER TABLE users RENAME CONSTRAINT checked_there TO x",
    "ALTER TABLE users DROP COLUMN code",
    "DROP TABLE orders CASCADE",
    "DROP TABLE alone",
    "ALTER TABLE alone SET UNLOGGED",
    "ALTER TABLE loose SET LOGGED",
    "ALTER TABLE loose SET UNLOGGED",
    "ALTER TABLE users SET (fillfactor = 70)",
    "ALTER TABLE users SET (autovacuum_enabled = false)",
    "ALTER TABLE users SET TABLESPACE pg_default",
    "ALTER TABLE alone SET ACCESS METHOD heap",
    "ALTER TABLE alone SET ACCESS METHOD heap2",
    "ALTER TABLE users REPLICA IDENTITY FULL",
    "ALTER TABLE users SET WITHOUT CLUSTER",
    "CLUSTER users USING users_name",
    "VACUUM FULL alone",
    "VACUUM alone",
    "ANALYZE users",
    "COMMENT ON TABLE users IS 'people'",
    "COMMENT ON COLUMN users.nick IS 'short name'",
    "TRUNCATE alone",
    "TRUNCATE users CASCADE",
    "LOCK TABLE users IN ACCESS EXCLUSIVE MODE",
    "CREATE TABLE x (id integer PRIMARY KEY, user_id integer REFERENCES users)",
    "CREATE TABLE x AS SELECT * FROM users",
    "CREATE TABLE x (LIKE users INCLUDING ALL)",
    "CREATE TABLE x () INHERITS (parent)",
    "GRANT SELECT ON users TO PUBLIC",
    "ALTER TABLE users DISABLE TRIGGER touched",
    "CREATE TRIGGER x AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION touch()",
    "DROP TRIGGER touched ON users",
    "CREATE RULE x AS ON INSERT TO alone DO INSTEAD NOTHING",
    "ALTER TABLE users ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY x ON users USING (true)",
    "DROP POLICY mine ON alone",
    # Inheritance and partitions
    "ALTER TABLE child NO INHERIT parent",
    "ALTER TABLE fresh_part INHERIT parent",
    "CREATE TABLE x PARTITION OF events FOR VALUES FROM (50000) TO (60000)",
    "CREATE TABLE x PARTITION OF logs FOR VALUES FROM (300000) TO (400000)",
    "ALTER TABLE events ATTACH PARTITION fresh_part FOR VALUES FROM (20000) TO (30000)",
    "ALTER TABLE events ATTACH PARTITION ready_part FOR VALUES FROM (30000) TO (40000)",
    "ALTER TABLE events DETACH PARTITION events_1",
    "ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY",
    "DROP TABLE events_1",
    # Views and types
    "CREATE OR REPLACE VIEW names AS SELECT id, nick, code FROM users",
    "DROP VIEW names",
    "CREATE MATERIALIZED VIEW x AS SELECT * FROM users",
    "REFRESH MATERIALIZED VIEW sums",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY sums",
    "DROP MATERIALIZED VIEW sums",
    "ALTER TYPE mood ADD VALUE 'glad' AFTER 'ok'",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'low'",
    "ALTER SEQUENCE counter RESTART WITH 100",
    # Rows, and blocks that hide what they do
    "UPDATE users SET nick = 'x'",
    "DELETE FROM alone",
    "INSERT INTO alone SELECT id, nick FROM users",
    "SELECT count(*) FROM users",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN x integer'; END $$",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE users ALTER COLUMN ' || 'whole TYPE bigint'; END $$",
    "DO $$ BEGIN EXECUTE 'CREATE INDEX ON ' || 'users (nick)'; END $$",
    "DO $$ BEGIN ALTER TABLE alone ADD COLUMN x integer; UPDATE alone SET x = 1; END $$",
    "DO $$ BEGIN UPDATE alone SET n = 2; END $$",
    "DO $$ BEGIN CREATE TABLE x (id integer); CREATE INDEX ON x (id); INSERT INTO x SELECT 1; END $$",
)
