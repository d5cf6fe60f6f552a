"""What Chrome and the driver are told, and that one run measures at a time."""

import threading
import time

import pytest

from lockgate.errors import ConfigurationError, InputError, ToolError
from lockgate.gates.lighthouse.browsers.settings import Settings, arguments, host_of, question
from lockgate.gates.lighthouse.browsers.turns import turn


def rules(url, *hosts):
    return arguments(url, Settings(third_parties=hosts), sandbox=True)


def test_a_page_reaches_its_own_host_and_those_that_are_allowed():
    assert "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" in rules("http://127.0.0.1:81/")
    wanted = (
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.b.example, EXCLUDE a.example, EXCLUDE c.example"
    )
    assert wanted in rules("https://c.example/x", "a.example", "*.b.example", "a.example")


def test_the_sandbox_stays_on_unless_it_is_given_up():
    assert "--no-sandbox" not in arguments("http://a/", Settings(), sandbox=True)
    assert "--no-sandbox" in arguments("http://a/", Settings(), sandbox=False)


@pytest.mark.parametrize(
    "host", ["", "https://a.example", "a.example/x", "a, MAP * 192.0.2.1", "a b", "*", "a\n"]
)
def test_a_third_party_that_is_no_host_is_bad_configuration(host):
    with pytest.raises(ConfigurationError, match=r"third-parties in `\.lockgate\.yml`"):
        Settings(third_parties=(host,))


@pytest.mark.parametrize(("url", "host"), [("http://A.example:1/x", "a.example"), ("http://[::1]:8/", "::1")])
def test_the_host_of_a_page(url, host):
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url", ["", "/x", "file:///etc/passwd", "javascript:1", "http://", "http://[", "http://a,b/"]
)
def test_an_address_without_a_host_is_bad_input(url):
    with pytest.raises(InputError, match="cannot be opened"):
        host_of(url)


def test_the_driver_waits_for_a_page_less_than_we_do():
    asked = question(Settings(form_factor="desktop", speed_index=True), 20)
    assert asked == {
        "onlyCategories": ["performance", "accessibility"], "formFactor": "desktop", "speedIndex": True,
        "maxWaitForFcp": 5_000, "maxWaitForLoad": 10_000, "patience": 20_000,
    }  # fmt: skip
    assert question(Settings(), 600)["maxWaitForLoad"] == 30_000


def test_a_turn_is_held_by_one_alone_and_the_wait_is_told(tmp_path):
    order, waits = [], []

    def other():
        with turn(tmp_path / "new", 10, waits.append):
            order.append("other")

    with turn(tmp_path / "new", 10, waits.append):
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(1.2)
        order.append("first")
    thread.join()
    assert order == ["first", "other"]
    assert len(waits) == 1
    assert waits[0] > 1


def test_who_has_just_had_a_turn_comes_behind_who_waits(tmp_path):
    order = []

    def take(name):
        for _ in range(3):
            with turn(tmp_path, 10, lambda _: None):
                order.append(name)
                time.sleep(0.15)

    threads = [threading.Thread(target=take, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "".join(order) in {"ababab", "bababa"}


def test_a_turn_is_not_waited_for_without_end(tmp_path):
    held = turn(tmp_path, 10, lambda _: None)
    with held, pytest.raises(ToolError, match="do not come to an end"), turn(tmp_path, 0.1, lambda _: None):
        pass


def test_a_home_that_cannot_be_is_a_tool_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="cannot be written"), turn(tmp_path / "file", 1, lambda _: None):
        pass
