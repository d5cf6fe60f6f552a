"""Mend findings in the bytes of the files that their fixes change: a pure function of both."""

import codecs
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lockgate.finding import Edit, Finding
from lockgate.fingerprint import content_key, is_of
from lockgate.fixes import Fixer, apply, is_known, is_pin
from lockgate.text import split_lines

Files = Mapping[str, bytes | str]
"""The bytes of each file by its path, or why there are none."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Hold the new bytes of the files that change, which findings they mend, and why not the others."""

    files: dict[str, bytes]
    done: list[Finding] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)


def files_of(finding: Finding) -> set[str]:
    """Name the files that a finding's fix changes, or its own where it has none."""
    return {edit.path or finding.path for edit in finding.fix} or {finding.path}


def mend(files: Files, findings: Sequence[Finding]) -> Mended:
    """Apply fixes, each whole or not at all, where files are what was judged; encoding and line ends stay."""
    known = {name: _File(data) for name, data in files.items()}
    edits: defaultdict[str, list[Edit]] = defaultdict(list)
    done: list[Finding] = []
    left: list[tuple[Finding, str]] = []
    for finding in findings:
        why = _wrong(known, finding)
        wanted = {name: _joined(edits[name], finding, name) for name in files_of(finding)} if not why else {}
        if any(apply(known[name].text, each) is None for name, each in wanted.items()):
            why = "another fix changes the same text: run lockgate again, then fix this one"
        if why:
            left.append((finding, why))
        else:
            done.append(finding)
            edits.update(wanted)
    changed = {name: known[name].after(each) for name, each in edits.items() if each}
    return Mended({name: data for name, data in changed.items() if data != files[name]}, done, left)


class _File:
    """Hold a file as it is, decoded once; `why` says what is in the way of that."""

    def __init__(self, data: bytes | str) -> None:
        self.why = f"its file cannot be mended: {data}" if isinstance(data, str) else ""
        data = b"" if isinstance(data, str) else data
        self._mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
        try:
            self.text = data[len(self._mark) :].decode()
        except UnicodeDecodeError:
            self.text, self.why = "", "its file is not UTF-8"

    @cached_property
    def fixer(self) -> Fixer:
        return Fixer(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)

    def after(self, edits: Sequence[Edit]) -> bytes:
        return self._mark + (apply(self.text, edits) or "").encode()


def _joined(edits: Sequence[Edit], finding: Finding, name: str) -> list[Edit]:
    """Add a finding's edits of a file, each once: two findings may be mended by the same."""
    own = (edit for edit in finding.fix if (edit.path or finding.path) == name)
    return list(dict.fromkeys([*edits, *own]))


def _wrong(files: Mapping[str, _File], finding: Finding) -> str:
    """Say why a fix cannot be applied. A report may be a stranger's: it says where, never what is written."""
    if why := next((why for name in sorted(files_of(finding)) if (why := files[name].why)), ""):
        return why
    if not finding.fix:
        return "it has to be mended by hand"
    if finding.tool == "osv":
        return _no_pin(files, finding)
    file = files[finding.path]
    key = content_key(f"{finding.tool}/{finding.rule}", file.lines, finding.line, finding.end_line)
    if not is_of(finding.fingerprint, key):
        return "its code changed since the run"
    place = (finding.line, finding.end_line, finding.column, finding.end_column)
    if file.fixer.fix(finding.tool, finding.rule, place) != finding.fix:
        return "the report has another fix for it than this lockgate"
    return ""


def _no_pin(files: Mapping[str, _File], finding: Finding) -> str:
    if not is_known(finding.tool, finding.rule, finding.fix):
        return "the report has a fix for it that puts no version in the place of another"
    for edit in finding.fix:
        lines = files[edit.path or finding.path].lines
        line = lines[edit.line - 1] if 0 < edit.line <= len(lines) else ""
        if not is_pin(line, edit, finding.package):
            return "the line no longer pins its component"
    return ""
