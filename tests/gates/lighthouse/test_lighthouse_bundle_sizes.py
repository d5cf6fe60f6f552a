import gzip

import brotli
import pytest

from gates.lighthouse.bundle_builds import build, noise, page
from lockgate.cache import Cache
from lockgate.errors import ToolError
from lockgate.gates.lighthouse.bundles import sizes
from lockgate.gates.lighthouse.bundles.sizes import Sizer
from lockgate.gates.lighthouse.model import Build

TEXT = "const lock = 'gate';\n" * 1_000


def test_sizes_are_what_the_server_sends(tmp_path) -> None:
    whole = build(tmp_path, {"index.html": page(), "a.js": TEXT, "a.png": 5_000, "small.js": "x()"})
    found = Sizer(Cache(None), 2).measure(whole, ["a.js", "a.png", "small.js"])
    assert gzip.decompress(gzip.compress(TEXT.encode())) == TEXT.encode()
    assert (found["a.js"].raw, found["a.png"].raw, found["small.js"].raw) == (21_000, 5_000, 3)
    assert found["a.js"].brotli == len(brotli.compress(TEXT.encode(), quality=5))
    assert found["a.js"].gzip == len(gzip.compress(TEXT.encode(), 6, mtime=0))
    assert (found["a.png"].gzip, found["a.png"].brotli) == (5_000, 5_000)
    assert (found["small.js"].gzip, found["small.js"].brotli) == (3, 3)


def test_the_same_content_is_compressed_once(tmp_path) -> None:
    whole = build(tmp_path / "build", {"index.html": page(), "a.js": TEXT, "b/a-1.js": TEXT})
    file = tmp_path / "results.db"
    first = Sizer(Cache(file), 2).measure(whole, whole.files)
    assert first["a.js"] == first["b/a-1.js"]
    cache = Cache(file)
    before = cache.everything()
    assert len(before) == 2
    assert Sizer(cache, 2).measure(whole, whole.files) == first
    assert cache.everything() == before


def test_a_cache_that_lies_is_a_miss(tmp_path) -> None:
    whole = build(tmp_path, {"index.html": page(), "a.js": TEXT})
    cache = Cache(None)
    first = Sizer(cache, 1).measure(whole, ["a.js"])
    cache.put(dict.fromkeys(cache.everything(), b'["nonsense"]'))
    assert Sizer(cache, 1).measure(whole, ["a.js"]) == first


def test_what_is_too_large_counts_as_it_is(tmp_path) -> None:
    folder = tmp_path / "build"
    folder.mkdir()
    with (folder / "film.mp4").open("wb") as file:
        file.truncate(30_000_000)
    found = Sizer(Cache(None), 1).measure(Build(folder, "", ("film.mp4",)), ["film.mp4"])
    assert (found["film.mp4"].raw, found["film.mp4"].brotli) == (30_000_000, 30_000_000)
    with (folder / "film.mp4").open("wb") as file:
        file.truncate(sizes.MOST_BYTES + 1)
    with pytest.raises(ToolError, match="larger than 1,000 MB"):
        Sizer(Cache(None), 1).measure(Build(folder, "", ("film.mp4",)), ["film.mp4"])


def test_noise_is_what_tests_take_it_for() -> None:
    assert len(brotli.compress(noise("a", 30_000), quality=5)) > 20_000
