"""What the command prints for a person: tables that fit a terminal, in colour only there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from connectors.unified.manifest import Manifest


def print_coverage(manifests: Mapping[str, Manifest]) -> None:
    """One table a vendor: models with their fields, actions with their inputs, features."""
    console = Console(highlight=False)
    for manifest in manifests.values():
        counts = [sum(1 for kind, _, _ in manifest.cells() if kind == wanted) for wanted in ("field", "input")]
        console.print(
            f"\n[bold]{manifest.title}[/bold]: {len(manifest.models)} models ({counts[0]} fields), "
            f"{len(manifest.actions)} actions ({counts[1]} inputs), {len(manifest.features)} features"
        )
        table = Table(show_lines=False, pad_edge=False, box=None, header_style="bold")
        for heading in ("promise", "fields or inputs", "needs"):
            table.add_column(heading, overflow="fold")
        for model in manifest.models:
            table.add_row(model.name, ", ".join(item.name for item in model.fields), ", ".join(model.needs))
        for action in manifest.actions:
            table.add_row(f"→ {action.name}", ", ".join(item.name for item in action.inputs), ", ".join(action.needs))
        console.print(table)
        console.print("features: " + ", ".join(feature.name for feature in manifest.features))
        for note in manifest.notes:
            console.print(f"note: {note}")


def print_ready(info: Mapping[str, Any], *, docs_url: str) -> None:
    """What a person needs to use a sandbox that has just started."""
    console = Console(highlight=False)
    console.print("[bold]ats-sandbox is up[/bold]")
    for name, vendor in info["vendors"].items():
        urls = " · ".join(url for url in (vendor["base_url"], vendor["https_base_url"]) if url)
        console.print(f"\n[bold]{name}[/bold]  {urls}", soft_wrap=True)
        for key, value in vendor["credential"].items():
            console.print(f"  {key}: {_on_one_line(value)}", markup=False, soft_wrap=True)
    console.print()
    console.print(f"admin API: {info['admin']}  (docs: {docs_url})", soft_wrap=True)
    if info.get("ca"):
        console.print(f"CA of the https addresses: {info['ca']}", soft_wrap=True)
    console.print('For a shell: eval "$(ats-sandbox env)"')
    console.print("Ctrl-C ends it.")


def _on_one_line(value: str) -> str:
    """A credential is there to be copied, but a key file would hide the rest."""
    first, *others = value.strip().splitlines()
    return first if not others else f"{first} … ({len(others) + 1} lines; `ats-sandbox env` prints them)"
