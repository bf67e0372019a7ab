"""The numbered requirements as a table for the README, made from the checks; the codes likewise, from their meanings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from conformance.check import all_checks
from conformance.outcomes import MEANINGS

END = "<!-- end of generated -->"
_SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)
README = Path(__file__).with_name("README.md")


def requirements() -> Iterator[str]:
    """One table for each chapter, in the order in which they run."""
    for chapter, checks in groupby(all_checks(), key=lambda check: check.chapter):
        yield from (f"### {chapter.capitalize()}", "", "| id | requirement | source |", "|---|---|---|")
        for check in checks:
            extra = "" if check.level == "MUST" else f" ({check.level})"
            extra += f" (needs: {', '.join(check.needs)})" if check.needs else ""
            yield f"| {check.id} | {_cell(check.requirement)}{extra} | {_cell(check.source)} |"
        yield ""


def codes() -> Iterator[str]:
    yield from ("| code | glyph | verdict | meaning |", "|---|---|---|---|")
    yield from (
        f"| {code} | `{meaning.glyph}` | {meaning.verdict} | {_cell(meaning.text)} |".replace("`|`", "`\\|`")
        for code, meaning in MEANINGS.items()
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


SECTIONS: dict[str, Callable[[], Iterator[str]]] = {"requirements": requirements, "codes": codes}


def updated(text: str) -> str:
    """The README with its generated parts as they should be. Raises KeyError for a part that nobody knows."""
    return _SECTION.sub(lambda match: match[1] + "\n".join(SECTIONS[match[2]]()).rstrip("\n") + "\n" + match[3], text)
