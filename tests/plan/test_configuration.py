import os

import pytest

from lockgate.config import defaults
from lockgate.errors import ConfigurationError, ExitCode, InputError
from lockgate.finding import Severity
from lockgate.git import Git
from lockgate.plan.configuration import settle
from plan.repositories import Repository

STRICT = "fail-on: low\n"
LAX = "fail-on: critical\n"
WAIVER = "waivers:\n- {rule: B602, owner: a, reason: b, expires: 2030-06-20}\n"
ALLOW = "waivers-from-the-change: allow\n"
NAME = ".lockgate.yml"


class Checkout(Repository):
    """A repository and what is settled in it."""

    def settle(self, base=None, *, prefix="", config=None, git=True):
        return settle(self.root, prefix, config, Git(self.root) if git else None, base)

    def fail_on(self, base=None, **options):
        return self.settle(base, **options).loaded.configuration.fail_on

    def rules(self, base, **options):
        return [finding.rule for finding in self.settle(base, **options).findings]

    def refusal(self, base=None, **options):
        with pytest.raises(ConfigurationError) as caught:
            self.settle(base, **options)
        assert caught.value.exit_code is ExitCode.BAD_CONFIGURATION
        return caught.value.what


@pytest.fixture
def checkout(tmp_path):
    made = Checkout(tmp_path.resolve() / "repo")
    made.write("a.py", "x = 1\n")
    return made


def test_none_is_the_defaults(checkout):
    base = checkout.commit()
    assert checkout.settle().loaded == checkout.settle(base).loaded == defaults()
    assert checkout.settle(git=False).loaded == defaults()


@pytest.mark.parametrize("name", [".lockgate.yml", ".lockgate.yaml"])
def test_both_names_are_known(checkout, name):
    checkout.write(name, STRICT)
    settled = checkout.settle(git=False)
    assert (settled.loaded.configuration.fail_on, settled.loaded.path) == ("low", name)
    assert checkout.fail_on(checkout.commit()) == "low"


def test_both_in_one_folder_are_an_error(checkout):
    checkout.write(NAME, STRICT)
    base = checkout.commit()
    checkout.write(".lockgate.yaml", STRICT)
    for options in ({"git": False}, {}, {"base": base}):
        assert checkout.refusal(**options) == "there are two configurations, .lockgate.yml and .lockgate.yaml"


def test_the_nearest_counts(checkout):
    checkout.write(NAME, STRICT)
    checkout.write("app/.lockgate.yaml", LAX)
    base = checkout.commit()
    for at in (None, base):
        assert checkout.fail_on(at, prefix="app") == "critical"
        assert checkout.fail_on(at, prefix="other") == "low"
        assert checkout.settle(at, prefix="app").loaded.path == "app/.lockgate.yaml"


class TestWithABase:
    def test_the_head_weakens_nothing_and_is_reported(self, checkout):
        checkout.write(NAME, STRICT)
        base = checkout.commit()
        assert checkout.rules(base) == []
        for committed in (False, True):
            checkout.write(NAME, LAX + "exclude: ['*']\n")
            if committed:
                checkout.commit()
            assert checkout.fail_on(base) == "low"
            assert checkout.rules(base) == ["configuration-changed"]

    @pytest.mark.parametrize("name", [".lockgate.yml", ".lockgate.yaml"])
    def test_one_that_is_new_does_nothing_yet(self, checkout, name):
        base = checkout.commit()
        checkout.write(name, LAX + WAIVER)
        settled = checkout.settle(base)
        assert settled.loaded == defaults()
        assert [finding.rule for finding in settled.findings] == ["waivers-changed", "configuration-changed"]
        assert {(finding.path, finding.gate, finding.severity) for finding in settled.findings} == {
            (name, "policy", Severity.NOTE)
        }

    def test_one_that_is_removed_or_renamed_goes_on(self, checkout):
        checkout.write(NAME, STRICT)
        base = checkout.commit()
        checkout.git("mv", NAME, ".lockgate.yaml")
        assert (checkout.fail_on(base), checkout.rules(base)) == ("low", [])
        (checkout.root / ".lockgate.yaml").unlink()
        assert (checkout.fail_on(base), checkout.rules(base)) == ("low", ["configuration-changed"])

    def test_a_nearer_one_that_is_new_does_nothing_yet(self, checkout):
        checkout.write(NAME, STRICT)
        base = checkout.commit()
        checkout.write("app/.lockgate.yml", LAX)
        assert checkout.fail_on(base, prefix="app") == "low"
        assert checkout.rules(base, prefix="app") == ["configuration-changed"]

    def test_waivers_are_counted(self, checkout):
        checkout.write(NAME, WAIVER)
        base = checkout.commit()
        checkout.write(NAME, WAIVER.replace("B602", "B1") + WAIVER[9:].replace("B602", "B2"))
        (finding,) = checkout.settle(base).findings
        assert finding.rule == "waivers-changed"
        assert "adds 2 and removes 1 waivers" in finding.message

    def test_those_that_a_change_adds_hold_when_the_base_says_so(self, checkout):
        checkout.write(NAME, ALLOW + WAIVER)
        base = checkout.commit()
        checkout.write(NAME, "\n" + ALLOW + WAIVER + WAIVER[9:].replace("B602", "B2"))
        settled = checkout.settle(base)
        assert [waiver.rule for waiver in settled.loaded.configuration.waivers] == ["B602", "B2"]
        assert [(str(place), place.added) for place in settled.loaded.waiver_places] == [
            (f"{NAME}:3", False),
            (f"{NAME}:5", True),
        ]
        (finding,) = settled.findings
        assert finding.rule == "waivers-changed"
        assert finding.message == (
            "This change adds 1 and removes 0 waivers: those it adds hold here too, as "
            f"`waivers-from-the-change: allow` in the base says ({NAME}:1)."
        )

    def test_those_that_a_change_removes_hold_on(self, checkout):
        checkout.write(NAME, ALLOW + WAIVER)
        base = checkout.commit()
        for text in (ALLOW, None):
            checkout.write(NAME, text) if text else (checkout.root / NAME).unlink()
            assert len(checkout.settle(base).loaded.configuration.waivers) == 1

    def test_a_change_cannot_say_so_for_itself(self, checkout):
        for before in (None, STRICT):
            if before:
                checkout.write(NAME, before)
            base = checkout.commit()
            checkout.write(NAME, (before or "") + ALLOW + WAIVER)
            settled = checkout.settle(base)
            assert settled.loaded.configuration.waivers == ()
            assert [finding.rule for finding in settled.findings] == [
                "waivers-changed",
                "configuration-changed",
            ]
            assert "excuses nothing here" in settled.findings[0].message

    def test_only_its_waivers_come_from_the_change(self, checkout):
        checkout.write(NAME, ALLOW + STRICT)
        base = checkout.commit()
        checkout.write(NAME, ALLOW + LAX + WAIVER + "waiver-caps: {high: 3000}\n")
        configuration = checkout.settle(base).loaded.configuration
        assert (configuration.fail_on, configuration.waiver_caps.high) == ("low", 90)
        assert len(configuration.waivers) == 1

    def test_words_that_mean_the_same_are_no_change(self, checkout):
        checkout.write(NAME, STRICT)
        base = checkout.commit()
        checkout.write(NAME, "# words\nfail-on: 'low'\nexclude: []\n")
        assert checkout.rules(base) == []

    @pytest.mark.parametrize("text", ["fail-onn: low\n", "fail-on: [\n", b"\xff", b"#" * 1_000_001])
    def test_an_invalid_head_is_an_error(self, checkout, text):
        checkout.write(NAME, STRICT)
        base = checkout.commit()
        checkout.write(NAME, text)
        assert checkout.refusal(base).startswith(NAME)

    @pytest.mark.parametrize("text", ["fail-onn: low\n", b"\xff", b"#" * 1_000_001])
    @pytest.mark.parametrize("mended", [LAX, None])
    def test_an_invalid_base_can_be_mended(self, checkout, text, mended):
        checkout.write(NAME, text)
        base = checkout.commit()
        if mended:
            checkout.write(NAME, mended)
        else:
            (checkout.root / NAME).unlink()
        settled = checkout.settle(base)
        assert settled.loaded == defaults()  # never the head's own
        (finding,) = settled.findings
        assert (finding.rule, finding.path) == ("configuration-invalid", NAME)
        assert NAME in finding.message


class TestLinks:
    def test_the_file_must_not_be_one(self, checkout):
        checkout.write("real.yml", LAX)
        (checkout.root / NAME).symlink_to("real.yml")
        assert checkout.refusal(git=False).startswith(f"{NAME} cannot be read")

    def test_a_base_with_one_is_not_followed_either(self, checkout):
        checkout.write("real.yml", LAX)
        (checkout.root / NAME).symlink_to("real.yml")
        base = checkout.commit()
        (checkout.root / NAME).unlink()
        settled = checkout.settle(base)
        assert (settled.loaded, settled.findings[0].rule) == (defaults(), "configuration-invalid")

    def test_no_pipe_is_waited_for(self, checkout):
        os.mkfifo(checkout.root / NAME)
        assert "cannot be read" in checkout.refusal(git=False)

    def test_a_folder_is_no_configuration(self, checkout):
        (checkout.root / NAME).mkdir()
        assert "cannot be read" in checkout.refusal(git=False)


class TestGiven:
    def test_outside_the_checkout_it_is_read_as_it_is(self, checkout, tmp_path):
        base = checkout.commit()
        outside = tmp_path / "policy.yml"
        outside.write_text(STRICT)
        link = tmp_path / "link.yml"
        link.symlink_to(outside)
        for config in (outside, link):
            settled = checkout.settle(base, config=config)
            assert (settled.loaded.configuration.fail_on, settled.loaded.path) == ("low", str(config))
            assert settled.findings == ()

    def test_inside_it_is_the_bases(self, checkout):
        checkout.write("ci/lg.yml", STRICT)
        checkout.write(NAME, LAX)
        base = checkout.commit()
        checkout.write("ci/lg.yml", LAX)
        config = checkout.root / "ci" / "lg.yml"
        assert checkout.fail_on(config=config) == "critical"
        for path in (config, checkout.root / "ci" / ".." / "ci" / "lg.yml"):
            assert checkout.fail_on(base, config=path) == "low"
            assert checkout.rules(base, config=path) == ["configuration-changed"]

    def test_a_link_to_the_checkout_makes_it_no_stranger(self, checkout, tmp_path):
        checkout.write("ci/lg.yml", STRICT)
        base = checkout.commit()
        checkout.write("ci/lg.yml", LAX)
        (tmp_path / "alias").symlink_to(checkout.root)
        assert checkout.fail_on(base, config=tmp_path / "alias" / "ci" / "lg.yml") == "low"
        (tmp_path / "lg.yml").symlink_to(checkout.root / "ci" / "lg.yml")
        assert checkout.fail_on(base, config=tmp_path / "lg.yml") == "low"

    def test_a_change_cannot_aim_it_elsewhere(self, checkout, tmp_path):
        checkout.write("ci/lg.yml", STRICT)
        base = checkout.commit()
        (tmp_path / "evil").mkdir()
        (tmp_path / "evil" / "lg.yml").write_text(LAX)
        config = checkout.root / "ci" / "lg.yml"
        config.unlink()
        config.symlink_to(tmp_path / "evil" / "lg.yml")
        assert "cannot be read" in checkout.refusal(base, config=config)
        config.unlink()
        config.parent.rmdir()
        config.parent.symlink_to(tmp_path / "evil")
        assert checkout.fail_on(base, config=config) == "low"

    @pytest.mark.parametrize("base", [True, False])
    def test_one_that_is_nowhere_is_an_error_and_not_the_defaults(self, checkout, tmp_path, base):
        commit = checkout.commit() if base else None
        for config in (checkout.root / "typo.yml", tmp_path / "typo.yml", tmp_path):
            with pytest.raises(InputError) as caught:
                checkout.settle(commit, config=config)
            assert "`--config`" in caught.value.todo

    def test_one_that_only_the_change_has_does_nothing_yet(self, checkout):
        base = checkout.commit()
        checkout.write("lg.yml", LAX)
        settled = checkout.settle(base, config=checkout.root / "lg.yml")
        assert settled.loaded == defaults()
        assert [finding.rule for finding in settled.findings] == ["configuration-changed"]
