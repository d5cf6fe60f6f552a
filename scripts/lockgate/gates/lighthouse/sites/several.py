"""Tell the findings of several sites apart: each has a page `/`."""

from dataclasses import replace

from lockgate.finding import Finding
from lockgate.gates.lighthouse.model import Site
from lockgate.gates.protocol import Output
from lockgate.untrusted import shown


def told_apart(site: Site, output: Output) -> Output:
    """Name the site at the start of what is found on it: ``web/out`: `/` loads …`.

    A fingerprint does not hang on the words: what is waived stays so.
    """
    name = shown(site.folder or site.manifest)

    def named(finding: Finding) -> Finding:
        return replace(finding, message=f"{name}: {finding.message}")

    return replace(output, findings=tuple(map(named, output.findings)), gone=tuple(map(named, output.gone)))
