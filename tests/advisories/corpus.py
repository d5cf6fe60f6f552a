"""Small records in OSV's form, written for tests."""

import json
import zipfile
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def entry(name: str, *events: tuple[str, str], ecosystem: str = "PyPI", **more: Any) -> Record:
    """Make an `affected` entry with one range."""
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    made: Record = {"package": {"name": name, "ecosystem": ecosystem}}
    if events:
        made["ranges"] = [{"type": kind, "events": [{what: version} for what, version in events]}]
    return made | more


def record(name: str, *affected: Record, **more: Any) -> Record:
    return {"id": name, "modified": "2026-03-01T10:00:00Z", "affected": list(affected)} | more


def archive(path: Path, *records: Record | bytes) -> Path:
    """Write an export as OSV does: one file a record."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for number, each in enumerate(records):
            if isinstance(each, bytes):
                made.writestr(f"odd-{number}.json", each)
            else:
                made.writestr(f"{each['id']}.json", json.dumps(each))
    return path
