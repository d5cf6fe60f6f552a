"""Text that is a command, an element, a link or a mention somewhere, and what a reader makes of a page."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt

from verdicts import HOSTILE

STRINGS = (
    *HOSTILE,
    *(f"::{word} ::x" for word in ("error", "warning", "add-mask", "set-output name=a", "stop-commands")),
    *(f"##[{word}]x" for word in ("error", "command", "add-path", "section", "endgroup")),
    *(f"<{word}>x" for word in ("script", "img src=x onerror=y", "details", "table", "h1", "!--", "svg")),
    *(f"{mark}x{mark}" for mark in ("`", "```", "~~~", "**", "__", "|", "$$", "\n\n", "\n# ", "\n> ")),
    "[x](javascript:alert(1))", "![x](//e.example)", "<https://e.example>", "[x]: //e.example", "&lt;b&gt;",
    "@octocat", "@org/team", "#1", "GH-1", "octo/app#1", "\u202e@x", "https://e.example", "www.e.example",
    "${{ github.token }}", "$(id)", "; rm -rf /", "%0A::error::x", "\r::error::x", "\x1b[2J", "\x00",
    "../../etc/passwd", "/etc/passwd", "\\\\host\\x", "-rf", "", " ", "\n", "\ufeff", "\uffff",
    "x" * 1_000_000,
)  # fmt: skip


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(f"<{tag} {' '.join(sorted(name for name, _ in attrs))}>")

    def handle_endtag(self, tag: str) -> None:
        self.elements.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:
        self.elements.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.elements.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.elements.append(f"<?{data}>")


def element_tree(markdown: str) -> list[str]:
    """Give the elements of a page in GitHub's Markdown, with the names of their attributes."""
    tree = _Tree()
    github = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tree.feed(github.render(markdown))
    tree.close()
    return tree.elements
