import time

import pytest

from lockgate.postgres.extensions import needed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CREATE EXTENSION hstore;", {"hstore"}),
        ('create extension if not exists "uuid-ossp" with schema public', {"uuid-ossp"}),
        ("CREATE\n  EXTENSION IF NOT\tEXISTS Vector CASCADE;", {"vector"}),
        ("DO $$ BEGIN EXECUTE 'CREATE EXTENSION cube'; END $$", {"cube"}),
        ('op.execute("CREATE EXTENSION IF NOT EXISTS \\"uuid-ossp\\"")', {"uuid-ossp"}),
        ("operations = [TrigramExtension(), CITextExtension()]", {"pg_trgm", "citext"}),
        ("CreateExtension('postgis'), CreateExtension(\n  name=\"unaccent\")", {"postgis", "unaccent"}),
        ("from pgvector.django import VectorExtension", set()),
        ("VectorExtension()", {"vector"}),
        ("SomeExtension()", set()),
        ("CREATE EXTENSION plpgsql", set()),
        ("-- CREATE EXTENSION a\nCREATE EXTENSION b -- CREATE EXTENSION c", {"b"}),
        ("/* CREATE EXTENSION a */ CREATE EXTENSION b /* CREATE EXTENSION c", {"b"}),
        ("# CREATE EXTENSION a\n    # CreateExtension('b')\nx = 1  # HStoreExtension()", set()),
        ("DROP EXTENSION a; ALTER EXTENSION b UPDATE; COMMENT ON EXTENSION c IS ''", set()),
        ("CREATE EXTENSION %I", set()),
        ('CREATE EXTENSION "../../etc/passwd"', set()),
    ],
)
def test_what_a_migration_makes(text, names):
    assert needed([text]) == names


def test_all_texts_count():
    assert needed(["CREATE EXTENSION a", "", "CREATE EXTENSION b"]) == {"a", "b"}


@pytest.mark.parametrize("text", ["/*" * 500_000, "CREATE " * 200_000, "CREATE" + " " * 500_000, "-" * 10**6])
def test_a_hostile_text_takes_no_time(text):
    began = time.process_time()
    assert needed([text + " extension"]) == frozenset()
    assert time.process_time() - began < 2
