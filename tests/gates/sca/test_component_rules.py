"""The rules about components themselves: what each side says alone, and what only the comparison tells."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from lockgate.config.model import Licences, ScaConfiguration
from lockgate.errors import ConfigurationError
from lockgate.finding import Severity
from lockgate.gates.judged import Judged
from lockgate.gates.sca.component_rules import Policy, findings, standing
from lockgate.gates.sca.introduced import introduced
from lockgate.gates.sca.names import near
from lockgate.gates.sca.rule_book import RULES
from lockgate.inventory.model import Component, File, Inventory, Kind, Origin

TODAY = date(2026, 11, 21)
STRONG, WEAK = (File("a", hashes=("sha512:" + "0" * 128,)),), (File("a", hashes=("sha1:" + "0" * 40,)),)


def component(name: str, version: str = "1.0.0", **fields: Any) -> Component:
    given = {"key": f"{name}@{version}", "ecosystem": "npm", "line": 7, "files": STRONG, **fields}
    return Component(name=name, version=version, **given)


def lock(*components: Component, ecosystem: Any = "npm", path: str = "web/package-lock.json") -> Inventory:
    return Inventory(path=path, kind="package-lock.json", ecosystem=ecosystem, components=components)


def judge(inventory: Inventory, **configuration: Any) -> list[Judged]:
    licences = {
        key: configuration.pop(key)
        for key in ("allow", "deny", "unknown", "exceptions")
        if key in configuration
    }
    made = ScaConfiguration(licences=Licences(**licences), **configuration)
    return list(standing(inventory, Policy.of(made), TODAY))


def rules(found: Sequence[Judged]) -> list[tuple[str, str]]:
    return [(each.finding.rule, each.finding.package.removeprefix("pkg:npm/")) for each in found]


def new(head: Inventory, base: Inventory | None = None) -> list[tuple[str, str]]:
    return rules(list(introduced(head, base)))


def test_each_rule_says_what_why_and_mend_in_one_sentence_each() -> None:
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})
    for rule in RULES:
        for text in (rule.what, rule.why, rule.mend):
            assert re.fullmatch(r"[A-Z][^.]*(?:`[^`]*`[^.]*)*\.", text), rule.id


# Licences


@pytest.mark.parametrize(
    ("licence", "policy", "rule"),
    [
        ("MIT", {"deny": ("GPL-3.0-only",)}, ""),
        ("GPL-3.0-only", {"deny": ("GPL-3.0-only",)}, "licence-denied"),
        ("GPL-3.0", {"deny": ("GPL-3.0-only",)}, "licence-denied"),
        ("GPL-3.0-or-later", {"deny": ("GPL-3.0-only",)}, ""),
        ("GPLv3+", {"deny": ("GPL-3.0-or-later",)}, "licence-denied"),
        ("(MIT OR GPL-3.0-only)", {"deny": ("GPL-3.0-only",)}, ""),
        ("MIT AND GPL-3.0-only", {"deny": ("GPL-3.0-only",)}, "licence-denied"),
        ("MIT AND (Apache-2.0 OR GPL-3.0-only)", {"deny": ("GPL-3.0-only",)}, ""),
        ("AGPL-3.0-only OR GPL-3.0-only", {"deny": ("GPL-3.0-only OR AGPL-3.0-only",)}, "licence-denied"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", {"deny": ("GPL-2.0-only",)}, "licence-denied"),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            {"deny": ("GPL-2.0-only",), "allow": ("GPL-2.0-only WITH Classpath-exception-2.0",)},
            "",
        ),
        ("Apache-2.0 WITH LLVM-exception", {"allow": ("Apache-2.0",)}, ""),
        ("MIT", {"allow": ("MIT", "ISC")}, ""),
        ("BSD-3-Clause", {"allow": ("MIT", "ISC")}, "licence-not-allowed"),
        ("MIT OR BSD-3-Clause", {"allow": ("MIT",)}, ""),
        ("MIT AND BSD-3-Clause", {"allow": ("MIT",)}, "licence-not-allowed"),
        ("MIT OR GPL-3.0-only", {"allow": ("ISC",), "deny": ("GPL-3.0-only",)}, "licence-not-allowed"),
        ("LicenseRef-ours", {"allow": ("LicenseRef-ours",)}, ""),
        ("SEE LICENSE IN eula.txt", {"allow": ("MIT",)}, "licence-unknown"),
        ("UNLICENSED", {"deny": ("GPL-3.0-only",)}, "licence-unknown"),
        ("", {"deny": ("GPL-3.0-only",)}, "licence-unknown"),
        ("GPL-3.0-only", {}, ""),
        ("", {}, ""),
    ],
)  # fmt: skip
def test_licences(licence: str, policy: dict[str, Any], rule: str) -> None:
    other = component("other", licence="MIT AND ISC", line=3)
    found = judge(lock(component("left", licence=licence), other), **policy)
    assert [each for each in rules(found) if each[1] == "left@1.0.0"] == (
        [(rule, "left@1.0.0")] if rule else []
    )
    assert all(each.finding.line == 7 for each in found if each.finding.package == "pkg:npm/left@1.0.0")


def test_a_denied_licence_blocks_by_default_and_an_unknown_one_is_as_severe_as_configured() -> None:
    inventory = lock(component("a", licence="GPL-3.0-only"), component("b", licence="?"))
    found = judge(inventory, deny=("GPL-3.0-only",), unknown="critical")
    assert [each.finding.severity for each in found] == [Severity.HIGH, Severity.CRITICAL]


def test_a_lock_that_names_no_licence_is_one_finding() -> None:
    (found,) = judge(lock(component("a"), component("b")), deny=("GPL-3.0-only",))
    assert (found.finding.rule, found.finding.line, found.finding.package) == ("licence-unknown", 1, "")
    assert "none of its 2 components" in found.finding.message


def test_what_is_of_the_repository_itself_and_images_have_no_licence_to_judge() -> None:
    own = component("own", origin=Origin(Kind.WORKSPACE, "packages/own"))
    image = component("python", "3.13", ecosystem="Docker")
    assert judge(lock(own, image), deny=("MIT",), allow=("ISC",)) == []


@pytest.mark.parametrize(
    ("exception", "left"), [("pkg:npm/a", 0), ("pkg:npm/a@1.0.0", 0), ("pkg:npm/a@2", 1), ("pkg:pypi/a", 1)]
)
def test_exceptions_by_package_url(exception: str, left: int) -> None:
    inventory = lock(component("a", licence="GPL-3.0-only"), component("b", licence="MIT"))
    assert len(judge(inventory, deny=("GPL-3.0-only",), exceptions=(exception,))) == left


@pytest.mark.parametrize(
    "configuration",
    [
        {"deny": ("GPLv99",)}, {"allow": ("NOT A LICENCE",)},
        {"exceptions": ("lodash",)}, {"denied": ("pkg:gem/x",)},
    ],
)  # fmt: skip
def test_what_could_never_apply_is_refused(configuration: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        judge(lock(), **configuration)


def test_a_stranger_s_licence_is_shown_inert_and_short() -> None:
    inventory = lock(component("a", licence="x`\n::error::\u202e" + "y" * 900), component("b", licence="MIT"))
    (found,) = judge(inventory, deny=("GPL-3.0-only",))
    assert "\n" not in found.finding.message
    assert "\u202e" not in found.finding.message
    assert len(found.finding.message) < 400


# Denied, and too young


@pytest.mark.parametrize(
    ("ecosystem", "name", "denied", "hit"),
    [
        ("npm", "@scope/left", "pkg:npm/%40scope/left", True),
        ("npm", "left", "pkg:npm/left@1.0.0", True),
        ("npm", "left", "pkg:npm/left@1.0.1", False),
        ("npm", "left", "pkg:npm/left-pad", False),
        ("PyPI", "ruamel-yaml", "pkg:pypi/Ruamel.YAML", True),
        ("Docker", "python", "pkg:docker/python", True),
        ("Docker", "library/python", "pkg:docker/library/python", True),
        ("GitHub Actions", "tj-actions/changed-files", "pkg:github/tj-actions/changed-files", True),
    ],
)
def test_denied_packages(ecosystem: str, name: str, denied: str, hit: bool) -> None:
    found = judge(lock(component(name, ecosystem=ecosystem), ecosystem=ecosystem), denied=(denied,))
    assert [(each.finding.rule, each.finding.severity) for each in found] == [
        ("package-denied", Severity.HIGH)
    ] * hit


@pytest.mark.parametrize(
    ("published", "young"),
    [
        ("2026-11-20T23:59:59Z", True), ("2026-11-15T00:00:00.123456Z", True),
        ("2026-11-14T23:00:00-02:00", True), ("2026-11-14T12:00:00Z", False), ("2020-01-01", False),
    ],
)  # fmt: skip
def test_versions_that_are_too_young(published: str, young: bool) -> None:
    found = judge(lock(component("a", published=published)), min_age=7)
    assert rules(found) == [("package-too-young", "a@1.0.0")] * young


def test_unknown_days_are_one_note() -> None:
    (found,) = judge(lock(component("a"), component("b", published="yesterday")), min_age=7)
    assert (found.finding.severity, found.finding.line) == (Severity.NOTE, 1)
    assert "2 of its 2" in found.finding.message


# What a change brings


def test_an_install_script_that_is_new() -> None:
    script = component("a", install_script=True)
    assert new(lock(script), lock()) == [("install-script", "a@1.0.0")]
    assert new(lock(script), lock(component("a", "0.9.0"))) == [("install-script", "a@1.0.0")]
    assert new(lock(script), lock(component("a", "0.9.0", install_script=True))) == []
    assert new(lock(script)) == [("install-script", "a@1.0.0")]


@pytest.mark.parametrize(
    ("kind", "address", "rule"),
    [
        (Kind.GIT, "git+https://git.example/a.git#0123456", "origin-not-registry"),
        (Kind.URL, "https://files.example/a.tgz", "origin-not-registry"),
        (Kind.GIT, "git+http://git.example/a.git#0123456", "origin-unencrypted"),
        (Kind.GIT, "git://git.example/a.git#0123456", "origin-unencrypted"),
        (Kind.URL, "http://files.example/a.tgz", "origin-unencrypted"),
        (Kind.REGISTRY, "http://registry.example/a.tgz", "origin-unencrypted"),
        (Kind.REGISTRY, "http://localhost:4873/a.tgz", ""),
        (Kind.REGISTRY, "https://registry.example/a.tgz", ""),
        (Kind.PATH, "file:../lib", ""),
        (Kind.PATH, "file:../../lib", "origin-not-registry"),
        (Kind.PATH, "/opt/lib", "origin-not-registry"),
        (Kind.WORKSPACE, "packages/a", ""),
    ],
)
def test_origins(kind: Kind, address: str, rule: str) -> None:
    there = component("a", origin=Origin(kind, address))
    assert [each[0] for each in new(lock(there), lock())] == ([rule] if rule else [])
    assert new(lock(there), lock(there)) == []


def test_a_new_commit_of_the_same_repository_is_not_new_but_another_repository_s_host_is() -> None:
    def of(host: str, commit: str) -> Inventory:
        return lock(component("a", origin=Origin(Kind.GIT, f"git+https://{host}/a.git#{commit}")))

    assert new(of("git.example", "2"), of("git.example", "1")) == []
    assert [rule for rule, _ in new(of("other.example", "1"), of("git.example", "1"))] == [
        "origin-not-registry"
    ]


def test_a_password_in_an_address_is_not_shown() -> None:
    origin = Origin(Kind.GIT, "git+https://me:hunter2@git.example/a.git#1")
    (found,) = introduced(lock(component("a", origin=origin)), None)
    assert "git.example" in found.finding.message
    assert "hunter2" not in found.finding.message


def test_hashes_that_are_missing_or_weak() -> None:
    good, none, weak = component("a"), component("b", files=()), component("b", files=WEAK)
    assert new(lock(good, none), lock(good)) == [("integrity-missing", "b@1.0.0")]
    assert new(lock(good, weak), lock(good)) == [("integrity-weak", "b@1.0.0")]
    assert new(lock(good, weak), lock(good, weak)) == []
    assert new(lock(good, none), lock(good, none)) == []
    assert new(lock(component("a", files=())), lock(good)) == [("integrity-missing", "a@1.0.0")]
    assert new(lock(good, component("b", files=(), bundled=True)), lock(good)) == []
    both = (File("a", hashes=("sha1:0", "sha512:0")),)
    assert new(lock(good, component("b", files=both)), lock(good)) == []


def test_a_lock_without_any_hash_is_no_finding() -> None:
    assert new(lock(component("a", files=())), lock()) == []


def located(host: str, *names: str) -> list[Component]:
    return [
        component(name, origin=Origin(Kind.REGISTRY, f"https://{host}/{name}.tgz" if host else ""))
        for name in names
    ]


def test_another_host_than_the_base_s() -> None:
    base = lock(*located("registry.example", "aa", "bb", "cc"))
    head = lock(*located("registry.example", "aa", "bb"), *located("evil.example", "cc", "dd"))
    found = list(introduced(head, base))
    assert rules(found) == [("registry-changed", "cc@1.0.0")]
    assert found[0].finding.severity == Severity.HIGH
    assert "and 1 more come from `evil.example`" in found[0].finding.message
    assert new(base, base) == []
    assert new(lock(*located("registry.example", "aa", "bb", "ee")), base) == []


def test_a_base_that_leaves_hosts_out() -> None:
    base = lock(*located("", "aa", "bb", "cc"))
    assert new(lock(*located("", "aa", "bb"), *located("evil.example", "cc")), base) == [
        ("registry-changed", "cc@1.0.0")
    ]
    assert new(lock(*located("registry.example", "aa", "bb", "cc")), base) == []


def test_a_lock_that_is_new_has_no_usual_host() -> None:
    assert new(lock(*located("registry.example", "aa"), *located("private.example", "bb"))) == []


# Names


@pytest.mark.parametrize(
    ("ecosystem", "name", "popular"),
    [
        ("PyPI", "reqeusts", "requests"), ("PyPI", "request", "requests"), ("PyPI", "requestss", "requests"),
        ("PyPI", "djanga", "django"), ("PyPI", "python-dateutils", "python-dateutil"),
        ("PyPI", "pythondateutil", "python-dateutil"), ("PyPI", "requests", ""), ("PyPI", "authlib", ""),
        ("PyPI", "towpath", ""), ("npm", "crossenv", "cross-env"), ("npm", "lodahs", "lodash"),
        ("npm", "types-node", "@types/node"), ("npm", "@typse/node", "@types/node"), ("npm", "preact", ""),
        ("npm", "ws", ""), ("npm", "wss", ""), ("npm", "", ""), ("Docker", "pythom", ""),
    ],
)  # fmt: skip
def test_names_near_popular_ones(ecosystem: str, name: str, popular: str) -> None:
    assert near(ecosystem, name) == popular


def test_a_long_name_costs_nothing() -> None:
    assert near("npm", "a" * 1_000_000) == ""


def test_only_a_new_name_is_compared() -> None:
    assert new(lock(component("lodahs")), lock()) == [("name-near-popular", "lodahs@1.0.0")]
    assert new(lock(component("lodahs", "2.0.0")), lock(component("lodahs"))) == []


# Identity


def test_a_fingerprint_outlasts_an_upgrade_and_a_move_but_not_another_licence() -> None:
    def marks(version: str, licence: str, line: int) -> list[str]:
        inventory = lock(component("a", version, licence=licence, line=line))
        found = findings(judge(inventory, deny=("GPL-3.0-only", "AGPL-3.0-only")), "web/package-lock.json")
        return [finding.fingerprint for finding in found]

    (first,) = marks("1.0.0", "GPL-3.0-only", 7)
    assert marks("2.0.0", "GPL-3.0-only", 90) == [first]
    assert marks("2.0.0", "AGPL-3.0-only", 7) != [first]
    assert re.fullmatch("[0-9a-f]{32}", first)


def test_copies_of_one_package_are_one_finding_and_a_young_upgrade_is_another() -> None:
    two = lock(*(component("a", line=line, key=str(line), licence="GPL-3.0-only") for line in (3, 9)))
    (found,) = findings(judge(two, deny=("GPL-3.0-only",)), "x")
    assert found.line == 3
    young = [
        lock(component("a", version, published="2026-11-20T00:00:00Z")) for version in ("1.0.0", "1.0.1")
    ]
    one, other = (findings(judge(each, min_age=7), "x")[0].fingerprint for each in young)
    assert one != other
