"""Tables of a vendor's README, made from what the engine is told: quirks, permissions, operations, and the evidence of each.

A README keeps them between two lines of comment, and all else in it is written by hand:

    <!-- generated: quirks -->
    <!-- end of generated -->
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import mock_servers
from mock_servers.engine.evidence import KINDS, Evidence
from mock_servers.engine.vendors import Operation, Vendor

END = "<!-- end of generated -->"
_SECTION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of generated -->)", re.DOTALL)


class NoSuchSection(KeyError):
    """A README asks for a table that is not known."""


class Sources:
    """Every text of evidence once, with a number to refer to it."""

    def __init__(self, vendor: Vendor) -> None:
        self.all: list[Evidence] = [
            *(operation.evidence for operation in vendor.operations),
            *(quirk.evidence for quirk in vendor.quirks),
            *(permission.evidence for permission in vendor.permissions),
            *(preset.evidence for preset in vendor.presets),
            *_webhook_evidence(vendor),
        ]
        self._numbers: dict[tuple[str, str], int] = {}
        for evidence in self.all:
            self._numbers.setdefault((evidence.kind, evidence.text), len(self._numbers) + 1)

    def cell(self, evidence: Evidence) -> str:
        return f"{evidence.kind} [{self._numbers[evidence.kind, evidence.text]}]"

    def lines(self) -> list[str]:
        return [f"{number}. {kind}: {text}" for (kind, text), number in self._numbers.items()]


def _webhook_evidence(vendor: Vendor) -> list[Evidence]:
    rules = vendor.webhooks
    return [] if rules is None else [*(event.evidence for event in rules.events), rules.retries.evidence, rules.evidence]


def readme(vendor: Vendor) -> Path:
    """Where the vendor's README stands: in the folder of its code."""
    for place in mock_servers.__path__:
        folder = Path(place) / vendor.name
        if folder.is_dir():
            return folder / "README.md"
    raise FileNotFoundError(f"{vendor.name} has no folder in mock_servers")


def updated(vendor: Vendor, text: str) -> str:
    """The README with all its tables as they are now. Raises NoSuchSection."""

    def section(match: re.Match[str]) -> str:
        if match[2] not in SECTIONS:
            raise NoSuchSection(f"{vendor.name}: README has no table {match[2]!r}; known: {', '.join(SECTIONS)}")
        return f"{match[1]}\n{SECTIONS[match[2]](vendor)}\n\n{match[3]}"

    return _SECTION.sub(section, text)


def sections(text: str) -> list[str]:
    """The names of the tables that a README has."""
    return [match[2] for match in _SECTION.finditer(text)]


# -- the tables -----------------------------------------------------------------------------------------------------


def quirks(vendor: Vendor) -> str:
    """Each documented oddity and each open question: what it does, how it stands at first, its settings."""
    sources = Sources(vendor)
    rows = []
    for quirk in vendor.quirks:
        told = quirk.describe()
        settings = ", ".join(f"`{name}` ({value!r})" for name, value in told["settings"].items())
        rows.append([f"`{quirk.name}`", told["text"], "on" if quirk.on_by_default else "off", settings, sources.cell(quirk.evidence)])
    return _table(["quirk", "what it does", "at first", "settings", "evidence"], rows)


def permissions(vendor: Vendor) -> str:
    """What a credential may be allowed; "X: read" and "X: write" share a row, in which those of its parts ("X.part: read") are counted."""
    sources = Sources(vendor)
    needed = Counter(name for operation in vendor.operations for name in operation.needs)
    grouped: dict[str, list[str]] = {}
    parts: dict[str, set[str]] = {}
    evidence: dict[str, Evidence] = {}
    for permission in vendor.permissions:
        name, _, level = permission.name.partition(": ")
        whole, _, part = name.partition(".")
        if part and whole in grouped:
            parts.setdefault(whole, set()).add(part)
            continue
        # Where what is asked for decides what is needed, no operation needs anything by itself.
        count = f"({needed[permission.name]})" if needed else ""
        grouped.setdefault(name, []).append(f"{level} {count}".strip())
        evidence[name] = permission.evidence
    counted = {name: [*levels, *([f"{len(parts[name])} parts"] if name in parts else [])] for name, levels in grouped.items()}
    rows = [[name, ", ".join(levels), sources.cell(evidence[name])] for name, levels in counted.items()]
    presets = [
        [f"`{preset.name}`", preset.text, ", ".join(_shortened(preset.permissions)), sources.cell(preset.evidence)]
        for preset in vendor.presets
    ]
    table = _table(["permission", "levels (operations that need it)", "evidence"], rows)
    return table if not presets else f"{table}\n\n{_table(['preset', 'who has it', 'permissions', 'evidence'], presets)}"


def _shortened(names: Sequence[str], most: int = 4) -> list[str]:
    return list(names) if len(names) <= most else [*names[: most - 1], f"and {len(names) - most + 1} more"]


def operations(vendor: Vendor) -> str:
    """Each endpoint once; another form of one (`Operation.form_of`) stands beside it."""
    sources = Sources(vendor)
    forms: dict[str, list[Operation]] = {}
    for operation in vendor.operations:
        if operation.form_of is not None:
            forms.setdefault(operation.form_of, []).append(operation)
    rows = []
    for operation in vendor.operations:
        if operation.form_of is None:
            places = [operation, *forms.get(operation.id, [])]
            address = "<br>".join(f"`{one.method} {one.path}`" for one in places)
            rows.append([f"`{operation.id}`", address, ", ".join(operation.needs) or "–", sources.cell(operation.evidence)])
    return _table(["operation", "address", "needs", "evidence"], rows)


def options(vendor: Vendor) -> str:
    """Switches of an account that are no quirk."""
    return _table(["option", "default"], [[f"`{name}`", f"`{value!r}`"] for name, value in vendor.options.items()])


def webhooks(vendor: Vendor) -> str:
    """Each event that is sent, and how hard the vendor tries; "" for a vendor that sends none."""
    rules = vendor.webhooks
    if rules is None:
        return ""
    sources, retries = Sources(vendor), rules.retries
    rows = [[f"`{event.name}`", event.title, sources.cell(event.evidence)] for event in rules.events]
    patience = f"2xx within {rules.timeout_seconds:g} s, {sources.cell(rules.evidence)}"
    again = f"{retries.count} retries, the first after {retries.first_seconds:g} s, then {retries.factor:g} times later each"
    return (
        f"{_table(['event', 'called', 'evidence'], rows)}\n\nA receiver answers {patience}; else {again}, {sources.cell(retries.evidence)}."
    )


def evidence(vendor: Vendor) -> str:
    """How sure the behaviours are, and the numbered sources."""
    sources = Sources(vendor)
    counted = Counter(one.kind for one in sources.all)
    shares = ", ".join(f"{counted[kind]} {kind}" for kind in KINDS)
    behaviours = (
        "operations, quirks, permissions and presets"
        if vendor.webhooks is None
        else "operations, quirks, permissions, presets and webhooks"
    )
    return "\n".join([f"{len(sources.all)} {behaviours}: {shares}.", "", *sources.lines()])


SECTIONS: dict[str, Callable[[Vendor], str]] = {
    "quirks": quirks,
    "permissions": permissions,
    "operations": operations,
    "options": options,
    "webhooks": webhooks,
    "evidence": evidence,
}


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
