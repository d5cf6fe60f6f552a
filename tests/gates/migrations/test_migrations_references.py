"""Where code names a table or a column, and where a word only looks like it."""

import time
from collections.abc import Iterable, Iterator, Sequence

import pytest

from lockgate.gates.migrations.contracts.references import ENOUGH, MOST, References
from lockgate.gates.migrations.contracts.wanted import Uses, Wanted

MODELS = """
from django.db import models

class Stamped(models.Model):
    created_by = models.ForeignKey("auth.User", on_delete=models.PROTECT)
    class Meta:
        abstract = True

class Category(models.Model):
    name = models.CharField(max_length=80)

class Product(Stamped):
    name = models.CharField(max_length=80)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    price = models.IntegerField(db_column="pence")
    tags = models.ManyToManyField("Tag")

    def label(self):
        return self.name

class Legacy(models.Model):
    code = models.TextField()
    class Meta:
        db_table = "old_things"
"""
SCHEMA = """
enum Mood { GOOD
}
model Review {
  id        Int      @id
  text      String
  createdAt DateTime @map("created_at") // when
  secret    String   @ignore
  user      User     @relation(fields: [userId], references: [id])
  userId    Int      @map("user_id")
  @@map("review")
}
model Gone {
  id Int @id
  @@ignore
}
enum State {
  OPEN
  @@map("state")
}
"""


def uses(files: dict[str, str], wanted: Wanted, apart: Sequence[str] = ()) -> Uses:
    def read(paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        return ((path, files[path].encode()) for path in paths)

    return References(files, read, apart)([wanted])[wanted]


def places(files: dict[str, str], wanted: Wanted) -> list[str]:
    return [f"{use.path}:{use.line}" for use in uses(files, wanted).places]


def column(full: str, *, rare: bool = False) -> Wanted:
    table, _, name = full.rpartition(".")
    return Wanted("column", name, table, rare)


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("shop_product.name", 13, "`name` is a field of `Product`"),
        ("shop_product.category_id", 14, "`category` is a field of `Product`"),
        ("shop_product.pence", 15, "`price` is a field of `Product`"),
        ("shop_product.created_by_id", 5, "`created_by` is a field of `Stamped`"),
        ("old_things.code", 22, "`code` is a field of `Legacy`"),
    ],
)
def test_a_field_of_a_model_is_its_column(name: str, line: int, words: str) -> None:
    first = uses({"shop/models.py": MODELS}, column(name)).places[0]
    assert (first.path, first.line, first.words) == ("shop/models.py", line, words)


def test_a_field_that_has_another_column_is_not_meant() -> None:
    assert uses({"shop/models.py": MODELS}, column("shop_product.price")).places == ()


@pytest.mark.parametrize(
    ("table", "line"),
    [("shop_product", 12), ("old_things", 21), ("shop_product_tags", 16), ("shop_category", 9)],
)
def test_a_class_is_its_table(table: str, line: int) -> None:
    assert uses({"shop/models.py": MODELS}, Wanted("table", table)).places[0].line == line


@pytest.mark.parametrize("path", ["shop/models/things.py", "models/things.py", "src/shop/models.py"])
def test_an_apps_label_names_its_tables(path: str) -> None:
    folder = path.partition("models")[0]
    files = {path: MODELS, f"{folder}apps.py": 'class Config(AppConfig):\n    label = "store"\n'}
    assert uses(files, Wanted("table", "store_product"))
    assert not uses(files, Wanted("table", "shop_product"))


@pytest.mark.parametrize(
    "line",
    [
        "Product.objects.filter(name='x')",
        "Product.objects.exclude(name__in=[])",
        "Product.objects.order_by('-name')",
        "Category.objects.filter(product__name='x')",
        "[product.name for product in found]",
        "order.product.name",
        "list_display = ['name']",
        "cursor.execute('SELECT name FROM shop_product')",
        "cursor.execute(f'UPDATE shop_product SET name = {x}')",
        "Product(name='x')",
    ],
)
def test_python_that_means_the_column(line: str) -> None:
    code = f"from shop.models import Category, Product\n\n{line}\n"
    assert "app/views.py:3" in places(
        {"shop/models.py": MODELS, "app/views.py": code}, column("shop_product.name")
    )


@pytest.mark.parametrize(
    "line",
    [
        "Category.objects.filter(name='x')",
        "category.name",
        "filename = 'x'",
        "render(request, name='x')",
        "name = 1",
        "'the name of a product'",
        '"""name"""',
        "cursor.execute('SELECT name FROM shop_category')",
        "# product.name",
    ],
)
def test_python_that_means_something_else(line: str) -> None:
    code = f"from shop.models import Category, Product\n\n{line}\n"
    assert "app/views.py:3" not in places(
        {"shop/models.py": MODELS, "app/views.py": code}, column("shop_product.name")
    )


def test_a_common_name_needs_its_model_in_the_file() -> None:
    files = {"shop/models.py": MODELS, "app/other.py": "x = ['name']\ny = row.name\n"}
    assert not [place for place in places(files, column("shop_product.name")) if place.startswith("app/")]


def test_a_rare_name_does_not() -> None:
    files = {"app/other.py": "x = ['unit_price']\ny = row.unit_price\n"}
    assert places(files, column("lines.unit_price", rare=True)) == ["app/other.py:1", "app/other.py:2"]
    assert places(files, column("lines.unit_price")) == []


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("prisma.review.findMany({\n  orderBy: { createdAt: 'desc' } })", 2),
        ("export function f(review: Review) {\n  return review.createdAt; }", 2),
        ("const q = sql`SELECT r.created_at\n FROM review r`", 1),
    ],
)
def test_typescript_names_what_the_schema_calls_it(code: str, line: int) -> None:
    found = places({"prisma/schema.prisma": SCHEMA, "src/a.ts": code}, column("review.created_at"))
    assert found == ["prisma/schema.prisma:7", f"src/a.ts:{line}"]


@pytest.mark.parametrize(
    "code",
    [
        "post.createdAt",
        "// prisma.review createdAt:\n/* review.createdAt */",
        "prisma.review.count(); const label = <b>createdAt of it</b>",
        "const s = 'from review to createdAt'",
    ],
)
def test_typescript_that_means_something_else(code: str) -> None:
    found = places({"prisma/schema.prisma": SCHEMA, "src/a.ts": code}, column("review.created_at"))
    assert found == ["prisma/schema.prisma:7"]


@pytest.mark.parametrize("name", ["review.secret", "Gone.id", "review.user"])
def test_what_the_client_lacks_is_not_used(name: str) -> None:
    assert places({"prisma/schema.prisma": SCHEMA}, column(name)) == []


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (Wanted("table", "review"), 4),
        (Wanted("type", "state"), 17),
        (column("review.user_id"), 10),
    ],
)
def test_the_schema_itself_is_a_use(wanted: Wanted, line: int) -> None:
    assert places({"prisma/schema.prisma": SCHEMA}, wanted) == [f"prisma/schema.prisma:{line}"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("q/users.sql", "-- all\nSELECT email\n FROM users;"),
        ("src/main.rs", 'fn f<\'a>() {\n  query!("SELECT email FROM users") }'),
        ("cmd/main.go", "package main\nconst q = `SELECT email FROM users`"),
        ("src/User.java", 'class A {\n  String q = "select u.email from users u"; }'),
        ("src/db.ts", "const users = pgTable('users', {\n  email: text() })"),
        ("src/q.ts", "db.select().from(users)\n.where(eq(users.email, x))"),
        ("app/user.rb", "# x\nUser.where('email = 1 FROM users')"),
        ("models.py", "class User(Base):\n    email = Column(String); __tablename__ = 'users'"),
        ("t/page.html", "email\n{{ user.email }}"),
    ],
)
def test_other_languages(path: str, code: str) -> None:
    assert places({path: code}, column("users.email")) == [f"{path}:2"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("function", "total_of"), "db.execute('SELECT total_of(1)')"),
        (Wanted("function", "total_of"), "client.rpc('total_of')"),
        (Wanted("type", "mood"), "db.execute(\"SELECT 'a'::mood\")"),
        (Wanted("value", "glad", "users"), "db.execute(\"SELECT 1 FROM users WHERE m = 'glad'\")"),
        (Wanted("table", "users"), "db.execute('DELETE FROM users')"),
        (Wanted("table", "users"), "db.execute('TRUNCATE users')"),
        (Wanted("table", "users"), "Table('users', meta)"),
    ],
)
def test_other_things(wanted: Wanted, code: str) -> None:
    assert places({"a.py": code}, wanted) == ["a.py:1"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Wanted("function", "total_of"), "x = total_of(1)"),
        (Wanted("type", "mood"), "print('what a mood')"),
        (Wanted("value", "glad", "users"), "print('glad')"),
        (Wanted("table", "users"), "print('mail from users')"),
    ],
)
def test_other_things_that_are_not_meant(wanted: Wanted, code: str) -> None:
    assert places({"a.py": code}, wanted) == []


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py", "x/test_a.py", "x/conftest.py", "x/a.test.ts", "x/a.spec.tsx", "x/__tests__/a.ts",
        "app/migrations/0002.py", "node_modules/x/a.js", "vendor/a.go", "x/generated/a.ts", "x/a.min.js",
        "README.md", "x/a_test.go", "db/apart.sql",
    ],
)  # fmt: skip
def test_what_does_not_run_in_production_does_not_count(path: str) -> None:
    sql = "x = 'SELECT email FROM users'"
    assert not uses({path: sql}, column("users.email"), apart=["db/apart.sql"])


def test_places_are_ranked_and_counted() -> None:
    files = {f"a{number:02}.py": "db.execute('SELECT email FROM users')" for number in range(14)}
    files["models.py"] = "class User(Base):\n    __tablename__ = 'users'\n    email = Column(String)\n"
    found = uses(files, column("users.email"))
    assert (len(found.places), found.more) == (MOST, 5)
    assert [use.path for use in found.places[:2]] == ["models.py", "a00.py"]


def test_nobody_counts_for_ever() -> None:
    lines = "\n".join("db.execute('SELECT email FROM users')" for _ in range(60))
    found = uses({f"{name}.py": lines for name in "abcdefgh"}, column("users.email"))
    assert ENOUGH <= len(found.places) + found.more < 2 * ENOUGH


@pytest.mark.parametrize(
    "text",
    [
        "email users (" * 20_000,
        "/*email users" * 12_000,
        "'email users\\" * 12_000,
        "`email users${" * 12_000,
        "{{ users.email " * 12_000,
        "users." * 20_000 + "email",
        "email users" + "(" * 40_000,
        "email users from " + " " * 90_000,
        "users\n" + "email" * 20_000,
    ],
)
@pytest.mark.parametrize("suffix", ["py", "ts", "sql", "go", "rb", "html", "prisma"])
def test_a_hostile_file_takes_no_longer_than_another(text: str, suffix: str) -> None:
    started = time.process_time()
    uses({f"a.{suffix}": text}, column("users.email"))
    assert time.process_time() - started < 5


def test_a_file_that_is_no_text_or_too_large_is_left_out() -> None:
    sql = b"SELECT email FROM users"
    files = {"a.sql": b"\0" + sql, "b.sql": sql + b" " * 1_000_000, "c.sql": b"\xff\xfe\xff " + sql}
    found = References(files, lambda paths: ((path, files[path]) for path in paths))([column("users.email")])
    assert [use.path for use in found[column("users.email")].places] == []


def test_nothing_is_read_for_nothing() -> None:
    def read(paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        raise AssertionError(paths)

    assert References(["a.py"], read)([]) == {}
