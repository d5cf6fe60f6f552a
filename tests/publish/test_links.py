"""The address of a finding's line: in the commit that GitHub names, whatever the path says."""

from urllib.parse import unquote, urlsplit

import pytest

from fake_github.state import SHA
from lockgate.finding import State
from lockgate.publish.links import line_link
from publish.samples import run
from verdicts import HOSTILE, finding

PAGE = f"https://github.example/octo/app/blob/{SHA}"


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, f"{PAGE}/src/app.py#L3"),
        ({"end_line": 3}, f"{PAGE}/src/app.py#L3"),
        ({"end_line": 5}, f"{PAGE}/src/app.py#L3-L5"),
        ({"line": 0}, f"{PAGE}/src/app.py"),
        ({"path": "a b/c#1?x%41.py"}, f"{PAGE}/a%20b/c%231%3Fx%2541.py#L3"),
        ({"path": "日.py"}, f"{PAGE}/%E6%97%A5.py#L3"),
        ({"commit": "ab" * 20}, f"https://github.example/octo/app/blob/{'ab' * 20}/src/app.py#L3"),
        ({"commit": "ab/../.."}, ""),
        ({"state": State.ABSENT}, ""),
        ({"path": "x" * 1000}, f"{PAGE}/{'x' * 1000}#L3"),
        ({"path": "é" * 1000}, ""),
        ({"path": ""}, ""),
        ({"path": "/etc/passwd"}, ""),
        ({"path": "../../../../other/app"}, ""),
        ({"path": "a/./b"}, ""),
    ],
)
def test_the_address_of_a_line(changes, address):
    assert line_link(run())(finding(**changes)) == address


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_path_stays_in_the_commit(words):
    address = line_link(run())(finding(path=words))
    parts = urlsplit(address)
    assert not address or parts._replace(path="").geturl() == "https://github.example#L3"
    assert not address or unquote(parts.path).startswith(f"/octo/app/blob/{SHA}/")


def test_a_run_without_a_page_has_no_links():
    assert line_link(run(html_url=""))(finding()) == ""
    assert line_link(run(head_sha="main"))(finding()) == ""
