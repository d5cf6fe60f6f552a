"""The HTML report in a real browser, as wide as a phone."""

import html
import json
import shutil
import subprocess

import pytest
from html_samples import Page, finding, gate, verdict

from lockgate.finding import Severity, State
from lockgate.reports.excerpt import Excerpt
from lockgate.reports.html import render
from lockgate.verdict import Strip, Table

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    "--enable-logging=stderr",
)  # fmt: skip

DRIVER = """
<!doctype html><iframe id="f" style="width:390px;height:844px;border:0" srcdoc="%s"></iframe>
<pre id="seen"></pre><script>
addEventListener("load", () => {
  const page = document.getElementById("f").contentDocument, form = page.querySelector("form"), seen = {};
  const visible = () => [...page.querySelectorAll(".finding")].filter((e) => e.offsetParent).length;
  const look = (name) => { seen[name] = [form.querySelector("output").textContent, visible()]; };
  const choose = (control, value) => {
    form.reset(); form.elements[control][control === "blocking" ? "checked" : "value"] = value;
    form.dispatchEvent(new Event("input"));
  };
  seen.width = page.documentElement.clientWidth;
  seen.overflow = page.documentElement.dataset.overflow;
  look("all");
  choose("gate", "secrets"); look("gate");
  choose("severity", "4"); look("severity");
  choose("state", "unchanged"); look("state");
  choose("blocking", true); look("blocking");
  seen.headings = [...page.querySelectorAll("h2")].filter((e) => e.offsetParent).map((e) => e.textContent);
  form.querySelector("[data-toggle]").click();
  seen.open = page.querySelectorAll("details[open]").length;
  seen.strips = [...page.querySelectorAll(".strip svg")].map((e) => [
    Math.round(e.getBoundingClientRect().width), e.getBoundingClientRect().height,
    [...e.querySelectorAll("text")].filter((t) => t.getBoundingClientRect().left >= 0
      && t.getBoundingClientRect().right <= page.documentElement.clientWidth).length]);
  seen.wide = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  document.getElementById("seen").textContent = JSON.stringify(seen);
});
</script>
"""


def test_a_phones_browser_filters_and_never_scrolls_sideways(tmp_path):
    """A headless window is at least 500 px wide, so the phone is a frame inside a page that drives it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        pytest.skip("no chromium on PATH")
    findings = [
        *(finding(n, blocking=True, path="deep/" * 30 + "f.py") for n in range(3)),
        *(finding(n, gate="secrets", severity=Severity.CRITICAL) for n in range(3, 8)),
        *(finding(n, state=State.UNCHANGED, message="w" * 300) for n in range(8, 20)),
    ]
    code = {f.fingerprint: Excerpt(1, ("long " * 60,)) for f in findings}
    strips = (Strip("Largest Contentful Paint" * 5, "ms", (750.0, 1_968.0), (1_591.0,)),) * 3
    timed = gate("failed", tables=(Table("/", ("metric", "base"), (("LCP", "750 ms"),), strips),))
    target = tmp_path / "driver.html"
    target.write_text(
        DRIVER % html.escape(render(verdict(*findings, gates=(timed,)), code)), encoding="utf-8"
    )
    done = subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", target.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    seen = json.loads(Page(done.stdout[done.stdout.index("<html") :]).one("pre").text)
    assert seen == {
        "width": 390, "overflow": "0", "wide": 0, "open": 21,
        "all": ["20 of 20 on this page", 20], "gate": ["5 of 20 on this page", 5],
        "severity": ["5 of 20 on this page", 5], "state": ["12 of 20 on this page", 12],
        "blocking": ["3 of 20 on this page", 3],
        "headings": ["How the findings came down", "Gates", "Blocking findings 3", "Tables 1"],
        "strips": [[390 - 2 * 16 - 64, 68, 4]] * 3,
    }  # fmt: skip
    assert "CONSOLE" not in done.stderr
