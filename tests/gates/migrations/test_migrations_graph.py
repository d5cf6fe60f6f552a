"""Graphs of Django's and Alembic's migrations: ends, holes, circles, and where they are told."""

from pathlib import Path

import pytest

from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.migrations.histories.graph import graph
from lockgate.gates.migrations.model import Project

SHOP = Path(__file__).parents[3] / "examples/shop/backend"
DJANGO = Project("django", "", "manage.py")
ALEMBIC = Project("alembic", "", "alembic.ini")


def django(*after: tuple[str, str], more: str = "") -> bytes:
    lines = "".join(f"        {pair!r},\n" for pair in after)
    return (
        f"from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [\n{lines}    ]\n    {more}\n"
    ).encode()


def revision(name: str, down: object, *, more: str = "") -> bytes:
    return f'"""words"""\n\nrevision: str = {name!r}\ndown_revision = {down!r}\n{more}\n'.encode()


def judge(
    project: Project,
    head: dict[str, bytes],
    base: dict[str, bytes] | None = None,
    other: dict[str, bytes] | None = None,
) -> list[Judged]:
    return list(graph(project, base or {}, head, (other or {}).get))


def places(found: list[Judged]) -> list[tuple[str, str, int]]:
    return [(one.finding.rule, one.finding.path, one.finding.line) for one in found]


ORDERS = {
    "shop/orders/migrations/__init__.py": b"",
    "shop/orders/migrations/0001_initial.py": django(("catalog", "0001_initial"), ("auth", "0012_x")),
    "shop/orders/migrations/0002_paid.py": django(("orders", "0001_initial")),
    "shop/catalog/migrations/0001_initial.py": django(),
}


def test_a_history_with_one_end_an_app_is_silent() -> None:
    assert judge(DJANGO, ORDERS) == []


def test_two_ends_are_told_at_the_one_of_the_change() -> None:
    head = ORDERS | {
        "shop/orders/migrations/0002_a_gift.py": django(("orders", "0001_initial")),
    }
    (found,) = judge(DJANGO, head, ORDERS)
    assert places([found]) == [("several-leaves", "shop/orders/migrations/0002_a_gift.py", 5)]
    assert found.finding.severity is Severity.HIGH
    assert (
        found.finding.message
        == "The history of `orders` has 2 ends: `orders.0002_a_gift`, `orders.0002_paid`"
    )
    assert [one.path for one in found.finding.related] == ["shop/orders/migrations/0002_paid.py"]
    assert "makemigrations --merge" in found.finding.mend


def test_a_merge_migration_joins_two_ends() -> None:
    head = ORDERS | {
        "shop/orders/migrations/0002_gift.py": django(("orders", "0001_initial")),
        "shop/orders/migrations/0003_merge.py": django(("orders", "0002_gift"), ("orders", "0002_paid")),
    }
    assert judge(DJANGO, head) == []


def test_a_hole_is_told_at_the_line_of_the_dependency() -> None:
    head = ORDERS | {
        "shop/orders/migrations/0003_x.py": django(("orders", "0002_paid"), ("catalog", "0009_gone")),
    }
    (found,) = judge(DJANGO, head)
    assert places([found]) == [("missing-dependency", "shop/orders/migrations/0003_x.py", 7)]
    assert found.finding.message == "`orders.0003_x` comes after `catalog.0009_gone`, which is not there"


@pytest.mark.parametrize("name", ["__first__", "__latest__"])
def test_either_end_of_an_app_is_no_hole(name: str) -> None:
    assert judge(DJANGO, ORDERS | {"shop/cart/migrations/0001_x.py": django(("orders", name))}) == []


def test_what_is_swappable_or_computed_is_not_guessed() -> None:
    swappable = (
        b"class Migration:\n    dependencies = [swappable_dependency(USER), ('orders', '0002_paid')]\n"
    )
    computed = b"class Migration:\n    dependencies = [(APP, NAME)]\n"
    path = "shop/orders/migrations/0003_x.py"
    assert judge(DJANGO, ORDERS | {path: swappable}) == []
    assert judge(DJANGO, ORDERS | {path: computed}) == []
    joined = b"class Migration:\n    dependencies = [('orders', '0002_paid')] + [('catalog', '0002_x')]\n"
    assert places(judge(DJANGO, ORDERS | {path: joined})) == [("missing-dependency", path, 2)]


def test_a_label_is_taken_from_apps_py_or_from_what_the_migrations_call_it() -> None:
    files = {
        "wagtail/images/migrations/0001_initial.py": django(),
        "wagtail/images/migrations/0002_x.py": django(("wagtailimages", "0001_initial")),
        "wagtail/images/migrations/0003_y.py": django(("wagtailimages", "0002_x")),
    }
    assert judge(DJANGO, files) == []
    apps = {"wagtail/images/apps.py": b"class C(AppConfig):\n    label = 'wagtailimages'\n"}
    files |= {"wagtail/images/migrations/0004_z.py": django(("wagtailimages", "0002_x"))}
    (found,) = judge(DJANGO, files, other=apps)
    assert "The history of `wagtailimages` has 2 ends" in found.finding.message


def test_run_before_turns_the_arrow_round() -> None:
    head = {
        "a/migrations/0001_x.py": django(),
        "a/migrations/0002_y.py": django(more="run_before = [('a', '0001_x')]"),
    }
    assert judge(DJANGO, head) == []
    head["a/migrations/0002_y.py"] = django(("a", "0001_x"), more="run_before = [('a', '0001_x')]")
    (found,) = judge(DJANGO, head)
    assert places([found]) == [("circular-dependency", "a/migrations/0002_y.py", 6)]
    assert "wait for each other" in found.finding.message


def test_a_squashed_migration_takes_the_place_of_what_it_replaces() -> None:
    replaces = "replaces = [('a', '0001_x'), ('a', '0002_y')]"
    head = {
        "a/migrations/0001_x.py": django(),
        "a/migrations/0002_y.py": django(("a", "0001_x")),
        "a/migrations/0001_squashed.py": django(more=replaces),
        "a/migrations/0003_z.py": django(("a", "0002_y")),
        "b/migrations/0001_x.py": django(("a", "0001_x")),
    }
    assert judge(DJANGO, head) == []
    for name in ("0001_x", "0002_y"):  # they are removed in a later release
        del head[f"a/migrations/{name}.py"]
    assert judge(DJANGO, head) == []
    again = "replaces = [('a', '0001_squashed'), ('a', '0003_z')]"
    assert judge(DJANGO, head | {"a/migrations/0001_all.py": django(more=again)}) == []


def test_what_replaces_itself_in_a_circle_ends() -> None:
    head = {
        "a/migrations/0001_x.py": django(more="replaces = [('a', '0001_y')]"),
        "a/migrations/0001_y.py": django(more="replaces = [('a', '0001_x')]"),
    }
    assert judge(DJANGO, head) == []


def test_hostile_files_of_the_base_are_left_out() -> None:
    deep = b"class Migration:\n    dependencies = " + b"[" * 100_000
    long = b"class Migration:\n    dependencies = " + b"+".join([b"[]"] * 2000)
    assert judge(DJANGO, {"a/migrations/0001_x.py": long}) == []
    for data in (b"\0", b"class Migration(", deep, b"\xff\xfe", b"x = 1\n"):
        for project, path in ((DJANGO, "a/migrations/0001_x.py"), (ALEMBIC, "versions/x.py")):
            assert judge(project, {path: data}, {path: data}) == []


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"x = 1\n<<<<<<< HEAD\n", 2),
        (b"class Migration(", 1),
        (b"x = 1\n\n  y = 2\n", 3),
        (b"\0", 0),
        (b"x = '\xff'\n", 0),
    ],
)
def test_a_migration_of_the_change_that_is_no_python_fails_at_its_line(data: bytes, line: int) -> None:
    for project, path in ((DJANGO, "a/migrations/0002_x.py"), (ALEMBIC, "versions/x.py")):
        (found,) = judge(project, {path: data})
        assert (found.finding.rule, found.finding.path, found.finding.severity) == (
            "fails",
            path,
            Severity.HIGH,
        )
        assert found.finding.line in ({line} if line else {0, 1})
    assert judge(DJANGO, {"a/migrations/_x.py": data, "a/migrations/~x.py": data}) == []


def test_what_is_too_deep_for_us_may_be_python() -> None:
    deep = b"x = " + b"-" * 1_000_000 + b"1\n"
    assert judge(ALEMBIC, {"versions/x.py": deep}) == []


def test_ten_thousand_migrations_take_a_moment() -> None:
    names = [f"{number:05}_x" for number in range(10_000)]
    pairs = zip(names, ["", *names[:-1]], strict=True)
    head = {f"a/migrations/{name}.py": django(*([("a", last)] if last else [])) for name, last in pairs}
    assert judge(DJANGO, head) == []


CHAIN = {
    "versions/1.py": revision("aaa1", None),
    "versions/2.py": revision("bbb2", "aaa1"),
}


def test_a_chain_of_revisions_is_silent() -> None:
    assert judge(ALEMBIC, CHAIN) == []


def test_two_heads_are_told_at_the_one_of_the_change() -> None:
    (found,) = judge(ALEMBIC, CHAIN | {"versions/0.py": revision("ccc3", "aaa1")}, CHAIN)
    assert places([found]) == [("several-leaves", "versions/0.py", 3)]
    assert found.finding.message == "The history has 2 ends: `ccc3`, `bbb2`"
    assert "alembic merge heads" in found.finding.mend
    merged = {"versions/0.py": revision("ccc3", "aaa1"), "versions/4.py": revision("ddd4", ("bbb2", "ccc3"))}
    assert judge(ALEMBIC, CHAIN | merged) == []


def test_branches_that_have_labels_of_their_own_are_meant() -> None:
    audit = {"versions/a.py": revision("eee5", None, more="branch_labels = ('audit',)\ndepends_on = 'bbb2'")}
    assert judge(ALEMBIC, CHAIN | audit) == []
    later = {"versions/b.py": revision("fff6", "eee5"), "versions/c.py": revision("fff7", "eee5")}
    (found,) = judge(ALEMBIC, CHAIN | audit | later)
    assert found.finding.rule == "several-leaves"


def test_a_revision_that_is_not_there_is_a_hole() -> None:
    found = judge(
        ALEMBIC, CHAIN | {"versions/3.py": revision("ccc3", "zzz9", more="depends_on = ['bb', 'yy']")}
    )
    assert places(found) == [
        ("missing-dependency", "versions/3.py", 4),
        ("missing-dependency", "versions/3.py", 5),
    ]
    assert "`yy`" in found[1].finding.message


def test_two_revisions_with_one_name() -> None:
    found = judge(ALEMBIC, CHAIN | {"versions/3.py": revision("bbb2", "aaa1")}, CHAIN)
    assert places(found) == [("number-taken", "versions/3.py", 3)]
    assert found[0].finding.related[0].path == "versions/2.py"


def test_a_circle_of_revisions() -> None:
    head = {f"versions/{at}.py": revision(f"r{at}", f"r{(at + 1) % 3}") for at in range(3)}
    (found,) = judge(ALEMBIC, head | {"versions/9.py": revision("tail", "r0")})
    assert found.finding.message == "`r0`, `r1`, `r2` wait for each other"
    assert found.finding.line == 4


def test_names_of_strangers_are_escaped() -> None:
    (found,) = judge(ALEMBIC, {"versions/1.py": revision("a", "x\n::error::`y`")})
    assert "\n" not in found.finding.message
    assert "`x ::error::'y'`" in found.finding.message


def test_a_second_end_that_is_planted_in_a_real_app() -> None:
    paths = sorted(SHOP.glob("*/migrations/*.py"))
    files = {path.relative_to(SHOP).as_posix(): path.read_bytes() for path in paths}
    assert judge(DJANGO, files) == []
    planted = "catalog/migrations/0002_product_colour.py"
    data = files["catalog/migrations/0002_product_featured.py"].replace(b"featured", b"colour")
    assert places(judge(DJANGO, {**files, planted: data}, files)) == [("several-leaves", planted, 5)]


def test_other_kinds_have_no_graph() -> None:
    assert judge(Project("sql", "", "db"), {"db/1.sql": b"SELECT 1"}) == []
