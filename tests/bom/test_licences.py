"""What people write for a licence, in SPDX's words."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from lockgate.bom import licences

SCHEMA = Path(licences.__file__).parent / "schemas/spdx.SNAPSHOT.schema.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", "MIT"),
        (" MIT ", "MIT"),
        ("mit", "MIT"),
        ("MIT License", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("MIT/X11", "MIT"),
        ("Expat", "MIT"),
        ("License :: OSI Approved :: MIT License", "MIT"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0"),
        ("MIT or apache-2.0", "MIT OR Apache-2.0"),
        ("MIT AND (Apache-2.0 OR GPL-2.0+)", "MIT AND (Apache-2.0 OR GPL-2.0-or-later)"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache-2", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache Software License 2.0", "Apache-2.0"),
        ("License :: OSI Approved :: Apache Software License", "Apache-2.0"),
        ("BSD", "BSD-3-Clause"),
        ("License :: OSI Approved :: BSD License", "BSD-3-Clause"),
        ("BSD-like", None),
        ("BSD-3-Clause-Clear", "BSD-3-Clause-Clear"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ("Simplified BSD", "BSD-2-Clause"),
        ("GPL", "GPL-1.0-or-later"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GPL v2", "GPL-2.0-only"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("GPL (>= 2)", None),
        ("GPLv2 or GPLv3", None),
        ("GNU General Public License v3 or later (GPLv3+)", "GPL-3.0-or-later"),
        ("License :: OSI Approved :: GNU General Public License v2 (GPLv2)", "GPL-2.0-only"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only"),
        ("LGPLv2.1+", "LGPL-2.1-or-later"),
        ("GNU Library or Lesser General Public License (LGPL)", "LGPL-2.0-or-later"),
        ("GNU Affero General Public License v3", "AGPL-3.0-only"),
        ("GPL-2.0 WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("ISC License (ISCL)", "ISC"),
        ("The Unlicense (Unlicense)", "Unlicense"),
        ("Python Software Foundation License", "PSF-2.0"),
        ("Public Domain", "LicenseRef-Public-Domain"),
        ("LicenseRef-Acme-1.0 OR MIT", "LicenseRef-Acme-1.0 OR MIT"),
        ("UNLICENSED", None),
        ("SEE LICENSE IN LICENSE.md", None),
        ("UNKNOWN", None),
        ("MIT AND AND", None),
        ("MIT WITH GPL-2.0", None),
        ("", None),
        ("MIT\nPermission is hereby granted", None),
        ("(" * 5000 + "MIT" + ")" * 5000, None),
        ("x" * 100_000, None),
        ("\ud800", None),
    ],
)
def test_spellings(text: str, expected: str | None) -> None:
    assert licences.normalised(text) == licences.Licence(text.strip(), expected)


@pytest.mark.parametrize(
    ("text", "exact"), [("MIT", True), ("(MIT OR ISC)", True), ("BSD", False), ("?", False)]
)
def test_what_is_written_may_be_the_expression(text: str, exact: bool) -> None:
    assert licences.normalised(text).exact is exact


def test_the_table_and_the_library_know_only_what_spdx_does() -> None:
    known = set(json.loads(SCHEMA.read_bytes())["enum"])
    table = {*licences._WILD.values(), *licences._USUAL} - {"LicenseRef-Public-Domain"}
    assert table <= known
    assert all(licences.expression(each) == each for each in table)
    assert len(get_spdx_licensing().known_symbols) > 500
    found = {licences.normalised(name).expression for name in get_spdx_licensing().known_symbols}
    assert {
        name for name in found if name and " " not in name and not name.startswith("LicenseRef-")
    } <= known


def test_the_licences_of_an_expression() -> None:
    text = "MIT AND (GPL-2.0-only WITH Classpath-exception-2.0 OR LicenseRef-x)"
    assert licences.identifiers(text) == {"MIT", "GPL-2.0-only", "LicenseRef-x"}


@given(
    st.lists(st.sampled_from(sorted(licences._USUAL)), min_size=1),
    st.sampled_from(["AND", "OR"]),
    st.booleans(),
)
def test_what_is_usual_is_read_as_the_library_reads_it(names: list[str], sign: str, bracketed: bool) -> None:
    joined = f" {sign} ".join(names)
    text = f"({joined})" if bracketed else joined
    assert licences._usual(text) == licences._library()[0].parse(text).render("{symbol.key}")


@pytest.mark.parametrize(
    "text", ["", "()", "(MIT", "(MIT) OR (ISC)", "MIT OR", "MIT OR ISC AND MIT", "MIT or ISC", "GPL-2.0"]
)
def test_what_is_not_usual_is_the_librarys(text: str) -> None:
    assert licences._usual(text) is None


@pytest.fixture
def in_turns() -> Iterator[None]:
    """Let threads take turns far more often than usual, at a library that nobody has used yet."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    licences.expression.cache_clear()
    licences._library.cache_clear()
    licences._library()
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("in_turns")
def test_threads_that_ask_first_at_once_are_all_answered() -> None:
    """The library fills a table on first use, where other threads saw licences as unknown."""
    texts = [
        f"Apache-2.0 AND LGPL-{n}.0-or-later AND {own}" for n in (2, 3) for own in ("MIT", "ISC", "Zlib")
    ]
    with ThreadPoolExecutor(len(texts)) as threads:
        assert list(threads.map(licences.expression, texts)) == texts
