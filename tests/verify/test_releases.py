from pathlib import Path

import pytest

from checkouts import Checkout
from lockgate.errors import PlatformError
from lockgate.verify.releases import newest, number, released


def test_releases_are_tags_of_three_numbers_in_their_order(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "repo")
    first = checkout.commit({"a": "1"})
    for tag in ("v0.9.0", "v0.9", "v1", "v0.9.1-rc.1", "0.8.0", "v0.7.0x", "x/v0.1.0"):
        checkout.git("tag", tag)
    second = checkout.commit({"a": "2"})
    checkout.git("tag", "-a", "-m", "x", "v0.10.0")
    checkout.git("branch", "v0.11.0")
    found = released(str(checkout.root))
    assert list(found.items()) == [("v0.9.0", first), ("v0.10.0", second)], "a tag object is not its commit"
    assert released(checkout.root.as_uri()) == found
    assert newest(found) == ("v0.10.0", second)
    assert newest({}) == ("", "")


@pytest.mark.parametrize(
    "place", ["nowhere", "--upload-pack=touch x", "ext::sh -c 'touch x'", "ssh://x/y", "git://x"]
)
def test_what_cannot_be_asked_is_an_error_and_starts_nothing(tmp_path: Path, place: str) -> None:
    with pytest.raises(PlatformError, match="cannot be read"):
        released(str(tmp_path / place) if place == "nowhere" else place)
    assert not Path("x").exists()
    assert not Path("/x").exists()


def test_numbers_are_compared_as_numbers() -> None:
    assert number("v0.10.0") > number("0.9.9")
