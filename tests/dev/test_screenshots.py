"""The README's pictures: there, small, and no others. What is on them is for eyes."""

import importlib.machinery
import importlib.util
import re
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 60 * 1024


def load():
    loader = importlib.machinery.SourceFileLoader("screenshots", str(ROOT / "scripts/dev/screenshots"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("screenshots", loader))
    loader.exec_module(module)
    return module


def test_the_pictures_of_the_readme_are_there_and_small():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|srcset)="([^"]+)"', readme)
    assert sorted(named) == [f"docs/images/{file.name}" for file in sorted(IMAGES.iterdir())]
    assert len(re.findall(r'<img alt="[^"]{20,}"', readme)) == len(named) / 2, (
        "one for light and one for dark"
    )
    for name in named:
        with Image.open(ROOT / name) as picture:
            width, height = picture.size
        assert 800 <= width <= 1200, name
        assert 400 <= height <= 1400, name
        assert (ROOT / name).stat().st_size <= MOST_BYTES, name


def test_markdown_is_rendered_as_github_does():
    page = load().page("comment", "## A & B\n\n| a | b |\n|---|---|\n| <b>c</b> | d |\n")
    assert "<h2>A &amp; B</h2>" in page
    assert "<td><b>c</b></td>" in page
    assert "github-actions" in page
