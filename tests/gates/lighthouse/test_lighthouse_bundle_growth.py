import pytest

from gates.lighthouse.bundle_builds import side
from lockgate.gates.lighthouse.bundles.growth import grown
from lockgate.gates.lighthouse.bundles.names import kind_of, stable
from lockgate.gates.lighthouse.bundles.pairs import paired


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("assets/index-B3xk9_Qz.js", "assets/index-*.js"),  # Vite
        ("assets/shared-D-CwahYF.js", "assets/shared-*.js"),
        ("_astro/hoisted.B3xk9_Qz.js", "_astro/hoisted.*.js"),
        ("_app/immutable/chunks/B3xk9_Qz.js", "_app/immutable/chunks/*.js"),
        ("main-5XJ2K3QW.js", "main-*.js"),  # esbuild
        ("static/js/main.4f3c2a1b.chunk.css", "static/js/main.*.chunk.css"),  # webpack
        ("1234-ab12cd34ef.js", "1234-*.js"),
        ("_next/static/chunks/app/page-eba57168e2ec2c0f.js", "_next/static/chunks/app/page-*.js"),
        ("_next/static/chunks/4bd1b696-c29fcbad74eaf0af.js", "_next/static/chunks/4bd1b696-*.js"),
        ("_next/static/chunks/2kit98d38vzkv.js", "_next/static/chunks/*.js"),  # Turbopack
        ("_next/static/chunks/turbopack-0zq_vp9s-5ndp.js", "_next/static/chunks/turbopack-*.js"),
        ("_next/static/RuRria5BIFvhMEthRZY1G/_buildManifest.js", "_next/static/*/_buildManifest.js"),
        ("my-calendar.js", "my-calendar.js"),
        ("js/components-list.js", "js/components-list.js"),
        ("index.html", "index.html"),
        ("LICENSE", "LICENSE"),
    ],
)
def test_names_without_hashes(file: str, name: str) -> None:
    assert stable(file) == name


def test_kinds() -> None:
    files = {"a.mjs": "script", "a.css": "stylesheet", "a.svg": "image", "a.woff2": "font", "a.mp4": "media"}
    assert {file: kind_of(file) for file in files} == files
    assert [kind_of(file) for file in ("index.html", "a.json", "LICENSE")] == ["document", "other", "other"]


def test_files_are_paired_by_content_then_name_then_pages_then_size() -> None:
    head = side(
        {"/": ["x-BBBBBBB1.js", "moved.js"], "/b": ["x-BBBBBBB2.js"]},
        **{
            "moved_js": (10, "same"), "kept_js": (10, "new"), "x-BBBBBBB1_js": (5, "n1"),
            "x-BBBBBBB2_js": (500, "n2"), "0000000000abc_js": (90, "n3"), "1111111111abc_js": (21, "n4"),
        },
    )  # fmt: skip
    base = side(
        {"/": ["x-AAAAAAA1.js"], "/b": ["x-AAAAAAA2.js"]},
        **{
            "old_js": (10, "same"), "kept_js": (99, "old"), "x-AAAAAAA1_js": (500, "o1"),
            "x-AAAAAAA2_js": (5, "o2"), "2222222222abc_js": (20, "o3"), "3333333333abc_js": (1_000, "o4"),
        },
    )  # fmt: skip
    assert paired(head, base) == {
        "moved.js": "old.js",
        "kept.js": "kept.js",
        "x-BBBBBBB1.js": "x-AAAAAAA1.js",
        "x-BBBBBBB2.js": "x-AAAAAAA2.js",
        "1111111111abc.js": "2222222222abc.js",
        "0000000000abc.js": "3333333333abc.js",
    }


def test_very_many_alike_files_are_paired_at_once() -> None:
    names = [f"{number:011d}ab_js" for number in range(2_000)]
    head = side({}, **{name: (number, f"h{number}") for number, name in enumerate(names)})
    base = side({}, **{f"9{name[1:]}": (number, f"b{number}") for number, name in enumerate(names)})
    pairs = paired(head, base)
    assert len(pairs) == 2_000
    assert pairs["00000000007ab.js"] == "90000000007ab.js"


def growth_of(head, base):
    return grown(head, base, paired(head, base))


def test_code_that_moves_between_chunks_is_no_growth() -> None:
    base = side({"/": ["a.js", "b.js"]}, a_js=(50_000, "1"), b_js=(5_000, "2"))
    head = side({"/": ["a.js", "b.js"]}, a_js=(20_000, "3"), b_js=(35_500, "4"))
    assert growth_of(head, base) == []


def test_code_that_is_loaded_later_now_is_no_growth() -> None:
    base = side({"/": ["a.js"]}, a_js=(50_000, "1"))
    head = side({"/": ["a.js"]}, a_js=(20_000, "2"), later_js=(30_500, "3"))
    assert growth_of(head, base) == []


def test_code_that_is_loaded_at_once_now_is_growth() -> None:
    base = side({"/": ["a.js"]}, a_js=(20_000, "1"), later_js=(30_000, "2"))
    head = side({"/": ["a.js", "later.js"]}, a_js=(20_000, "1"), later_js=(30_000, "2"))
    (one,) = growth_of(head, base)
    assert (one.pages, one.old, one.new) == (("/",), 20_000, 50_000)
    assert [(change.head, change.base, change.more) for change in one.changes] == [("later.js", "", 30_000)]


def test_less_than_a_kilobyte_is_silent() -> None:
    base = side({"/": ["a.js"]}, a_js=(20_000, "1"))
    assert growth_of(side({"/": ["a.js"]}, a_js=(20_999, "2")), base) == []
    assert [one.more for one in growth_of(side({"/": ["a.js"]}, a_js=(21_000, "2")), base)] == [1_000]


def test_two_causes_are_two_and_the_larger_one_comes_first() -> None:
    base = side({"/": ["a.js"], "/b": ["a.js", "b.js"]}, a_js=(5_000, "1"), b_js=(5_000, "2"))
    head = side({"/": ["a.js"], "/b": ["a.js", "b.js"]}, a_js=(8_000, "3"), b_js=(50_000, "4"))
    assert [(one.pages, one.more) for one in growth_of(head, base)] == [(("/b",), 48_000), (("/",), 3_000)]


def test_pages_that_each_grew_by_their_own_html_are_one() -> None:
    base = side({"/a": ["a.html"], "/b": ["b.html"]}, a_html=(5_000, "1"), b_html=(5_000, "2"))
    head = side({"/a": ["a.html"], "/b": ["b.html"]}, a_html=(7_000, "3"), b_html=(9_000, "4"))
    assert [(one.pages, one.old, one.new) for one in growth_of(head, base)] == [(("/b", "/a"), 5_000, 9_000)]


def test_a_page_that_is_gone_gives_no_room_to_what_is_loaded_later() -> None:
    base = side({"/": ["a.js"], "/gone": ["b.js"]}, a_js=(5_000, "1"), b_js=(40_000, "2"))
    head = side({"/": ["a.js"]}, a_js=(5_000, "1"), later_js=(30_000, "3"))
    assert [(one.pages, one.more) for one in growth_of(head, base)] == [((), 30_000)]
