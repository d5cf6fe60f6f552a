"""The gate lighthouse in the real Chromium, on the shop's clean pages and on what may be planted in them."""

import random
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gates.lighthouse.engine_runs import Judged, Place

SHOP = Path(__file__).parents[2] / "examples" / "shop" / "frontend" / "out"
OUT = "frontend/out"
HOME, SCRIPT, POLYFILLS = f"{OUT}/index.html", f"{OUT}/_assets/shop.js", f"{OUT}/_assets/polyfills.js"
STYLE = '    <link rel="stylesheet"'
LOOP = "let n = 0;\nfor (let i = 0; i < {count}; i += 1) n += i % 7;\nglobalThis.polyfilled = n;\n"
PLANTS = ("alt", "block", "grown", "third")
NEVER = "directory: frontend/out, pages: [/], timings: never"
COMPARE = "directory: frontend/out, pages: [/], timings: compare"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a short path: Chrome's sockets lie in the folder for temporary files."""
    with TemporaryDirectory(prefix="t-", dir="/tmp") as made:
        yield Path(made)


def shop(folder: Path, settings: str = NEVER) -> Place:
    names = (
        "404.html",
        "index.html",
        "robots.txt",
        "_assets/icon.svg",
        "_assets/shop.css",
        "_assets/shop.js",
    )
    return Place(folder, {f"{OUT}/{name}": (SHOP / name).read_text() for name in names}, settings)


def planted(*plants: str, count: str = "4e7") -> dict[str, str]:
    """Give the files of the shop that are changed by these plants."""
    home, files = (SHOP / "index.html").read_text(), {}
    if "alt" in plants:
        home = home.replace("<h1>", '<img src="/_assets/icon.svg" width="32" height="32">\n      <h1>', 1)
    if "third" in plants:
        home = home.replace(
            "  </head>", '    <script async src="https://stats.example/visits.js"></script>\n  </head>'
        )
    if "block" in plants:
        home = home.replace(STYLE, f'    <script src="/_assets/polyfills.js"></script>\n{STYLE}', 1)
        files[POLYFILLS] = LOOP.format(count=count)
    if "grown" in plants:
        data = b64encode(random.Random(7).randbytes(30_000)).decode()
        files[SCRIPT] = (SHOP / "_assets/shop.js").read_text() + f'\nexport const table = "{data}";\n'
    return {HOME: home, **files}


def line(path: str, files: dict[str, str], words: str) -> int:
    return 1 + files[path][: files[path].index(words)].count("\n")


def expected(*plants: str) -> list[tuple[str, str, int]]:
    files = planted(*plants)
    found = {
        "alt": ("image-alt", HOME, "<img"),
        "block": ("blocking-added", HOME, "/_assets/polyfills.js"),
        "grown": ("grew", SCRIPT, ""),
        "third": ("third-party-added", HOME, "https://stats.example"),
    }
    return sorted(
        (rule, path, line(path, files, words) if words else 0)
        for rule, path, words in (found[plant] for plant in plants)
    )


def messages(judged: Judged) -> str:
    return "\n".join(str(each["message"]) for each in judged.verdict["findings"])


def test_each_plant_is_found_where_it_stands_and_what_is_clean_passes(folder: Path) -> None:
    there = shop(folder).change(planted(*PLANTS))
    judged = there.judge()
    assert (judged.code, judged.errors) == (1, []), judged.said
    assert judged.blocking() == expected(*PLANTS)
    told = messages(judged)
    assert re.search(
        r"^Images must have alternative text.*`<img src=\"/_assets/icon\.svg\"", told, re.MULTILINE
    )
    assert re.search(
        r"^The script `/_assets/polyfills\.js` holds back the first paint of `/`", told, re.MULTILINE
    )
    assert re.search(
        r"^The scripts of `/` grew by 30\.\d kB, .*`_assets/shop\.js` has 30\.", told, re.MULTILINE
    )
    assert "`stats.example`, which is not the site's, and did not in the base" in told
    report = there.machine.cwd / "lockgate-report"
    assert sorted(each.name for each in report.rglob("*.json.gz")) == ["base-1.json.gz", "head-1.json.gz"]
    assert there.left() == []
    shutil.rmtree(report)
    there.change({name: (SHOP / Path(name).relative_to(OUT)).read_text() for name in (HOME, SCRIPT)})
    there.change({HOME: planted()[HOME].replace("On the towpath today", "On the towpath this week")})
    judged = there.judge()
    assert (judged.code, judged.verdict["findings"]) == (0, []), judged.said
    assert there.left() == []


@pytest.mark.full
@pytest.mark.parametrize("plant", PLANTS)
def test_a_plant_alone(folder: Path, plant: str) -> None:
    judged = shop(folder).change(planted(plant)).judge()
    assert judged.code == 1, judged.said
    assert judged.blocking() == expected(plant)


@pytest.mark.full
def test_a_page_that_a_script_makes_slower_blocks_with_that_script(folder: Path) -> None:
    judged = shop(folder, COMPARE).change(planted("block", count="4e8")).judge()
    assert judged.code == 1, judged.said
    (at,) = [line for rule, _, line in expected("block")]
    assert set(judged.blocking()) == {("blocking-added", HOME, at), ("slower", HOME, at)}
    assert "`/` is slower than in the base: First Contentful Paint" in messages(judged)


@pytest.mark.full
def test_the_same_code_passes(folder: Path) -> None:
    there = shop(folder, COMPARE).change({HOME: planted()[HOME].replace("</body>", "<!-- x --></body>")})
    judged = there.judge()
    assert (judged.code, judged.blocking()) == (0, []), judged.said
    assert any(title.startswith("Time of /: base and head in turns") for title in judged.tables)
