import base64
import json

import pytest

from gates.lighthouse.bundle_builds import build, page, recorded
from lockgate.gates.lighthouse.bundles.source_maps import count, mapped
from lockgate.gates.lighthouse.bundles.sources import Origin, origin
from lockgate.gates.lighthouse.model import Site

SITE = Site("vite", "apps/web/dist", "", "apps/web/package.json")
TRACKED = frozenset({"apps/web/src/main.js", "apps/web/app/page.tsx", "packages/ui/button.tsx"})


def text(**parts):
    return json.dumps({"version": 3, "names": [], **parts}).encode()


@pytest.mark.parametrize(
    ("name", "file", "counts"),  # counted with the library source-map-js 1.2
    [
        (
            "vite-head", "assets/main-DnWvnsqx.js",
            {"../../../vite/node_modules/preact/dist/preact.mjs": 10_610, "../../src/main.js": 151},
        ),
        (
            "next-head", "_next/static/chunks/2fzf7vgaw44ty.js",
            {
                "turbopack:///[project]/components/Button.js": 233,
                "turbopack:///[project]/node_modules/dayjs/dayjs.min.js": 6_983,
                "turbopack:///[project]/node_modules/dayjs/plugin/relativeTime.js": 1_179,
            },
        ),
        (
            "next-webpack", "_next/static/chunks/app/page-eba57168e2ec2c0f.js",
            {
                "webpack://_N_E/./components/Button.js": 167,
                "webpack://_N_E/./node_modules/dayjs/dayjs.min.js": 6_968,
                "webpack://_N_E/./node_modules/dayjs/plugin/relativeTime.js": 1_188,
                "webpack://_N_E/?494e": 96,
            },
        ),
    ],
)  # fmt: skip
def test_recorded_maps(name: str, file: str, counts: dict[str, int]) -> None:
    assert mapped(recorded(name), file) == counts


def test_lines_and_columns() -> None:
    # Line 1: a from 0, b from 4, nothing from 6. Line 2: b to its end. Line 3 has no mapping.
    counts = count(text(sources=["a", "b"], mappings="AAAA,ICAA,E;AAAA"), "aaaabb--\nbbb\n--")
    assert counts == {"a": 4, "b": 5}


def test_maps_with_sections() -> None:
    first, second = ({"version": 3, "sources": [name], "mappings": "AAAA"} for name in ("a", "b"))
    sections = [
        {"offset": {"line": 0, "column": 0}, "map": first},
        {"offset": {"line": 0, "column": 3}, "map": second},
        {"offset": {"line": 2, "column": 0}, "map": first},
    ]
    assert count(text(sections=sections), "aaabbbbb\n--\naa") == {"a": 5, "b": 5}


def test_the_root_of_sources_stands_before_them() -> None:
    assert count(text(sources=["a", None], sourceRoot="src/", mappings="AAAA,ECAA"), "aabb") == {"src/a": 2}


MAP = text(sources=["a.ts"], mappings="AAAA")
INLINE = base64.b64encode(MAP).decode()


@pytest.mark.parametrize(
    ("code", "files", "counts"),
    [
        ("abc\n//# sourceMappingURL=x.map", {"js/x.map": MAP}, {"a.ts": 3}),
        ("abc\n/*# sourceMappingURL=../x%20y.map */", {"x y.map": MAP}, {"a.ts": 3}),
        ("abc", {"js/a.js.map": MAP}, {"a.ts": 3}),
        ("abc", {"js/a.js.map": b")]}'\n" + MAP}, {"a.ts": 3}),
        (f"abc\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{INLINE}", {}, {"a.ts": 3}),
        ("abc\n//# sourceMappingURL=data:application/json;base64,A", {}, {}),
        ("abc\n//# sourceMappingURL=https://elsewhere.example/x.map", {}, {}),
        ("abc\n//# sourceMappingURL=../../../../etc/passwd", {}, {}),
        ("abc", {}, {}),
        ("abc", {"js/a.js.map": b"{"}, {}),
        ("abc", {"js/a.js.map": b'{"mappings": 1}'}, {}),
        ("abc", {"js/a.js.map": text(sources=["a"], mappings="A!AA")}, {}),
        ("abc", {"js/a.js.map": text(sources=["a"], mappings="g" * 1_000_000)}, {}),
        ("abc", {"js/a.js.map": text(sources=["a"], mappings="AzzzzA,,;;;;;,AAAA")}, {}),
    ],
)
def test_where_a_map_is(tmp_path, code: str, files: dict[str, bytes], counts: dict[str, int]) -> None:
    whole = build(tmp_path, {"index.html": page(), "js/a.js": code, **files})
    assert mapped(whole, "js/a.js") == counts


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("../../src/main.js", Origin("apps/web/src/main.js", path="apps/web/src/main.js")),
        (
            "../../../../packages/ui/button.tsx",
            Origin("packages/ui/button.tsx", path="packages/ui/button.tsx"),
        ),
        ("webpack://_N_E/./app/page.tsx?1f3a", Origin("apps/web/app/page.tsx", path="apps/web/app/page.tsx")),
        ("webpack:///./app/page.tsx", Origin("apps/web/app/page.tsx", path="apps/web/app/page.tsx")),
        (
            "webpack://_N_E/../../packages/ui/button.tsx",
            Origin("packages/ui/button.tsx", path="packages/ui/button.tsx"),
        ),
        (
            "turbopack:///[project]/apps/web/app/page.tsx",
            Origin("apps/web/app/page.tsx", path="apps/web/app/page.tsx"),
        ),
        ("webpack://_N_E/./app/gone.tsx", Origin("apps/web/app/gone.tsx")),
        ("webpack://_N_E/./node_modules/@scope/name/x.js", Origin("@scope/name", package=True)),
        ("../../node_modules/.pnpm/a@1_b@2/node_modules/a/x.js", Origin("a", package=True)),
        ("../../node_modules/a/node_modules/b/x.js", Origin("b", package=True)),
        ("../../.yarn/cache/a-npm-1-ab.zip/node_modules/a/x.js", Origin("a", package=True)),
        ("webpack://_N_E/webpack/bootstrap", None),
        ("turbopack:///[turbopack]/shared/runtime-utils.ts", None),
        ("webpack://_N_E/../../../../etc/passwd", None),
        ("https://elsewhere.example/a.js", None),
        ("/etc/passwd", None),
        ("\0vite/preload-helper.js", None),
        ("", None),
    ],
)
def test_what_a_source_stands_for(written: str, expected: Origin | None) -> None:
    assert origin(written, "assets/main.js", SITE, TRACKED) == expected
