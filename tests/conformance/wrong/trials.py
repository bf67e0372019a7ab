"""Runs checks against one wrong service, and tells which of them turned red."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance import runner
from conformance.check import all_checks
from conformance.outcomes import Verdict
from connectors.unified import registry
from tests.conformance.wrong import harbor
from tests.conformance.wrong.service import Wrong, WrongService

ROOT = Path(__file__).parents[3]


def installed(vendor: str, wrong: Wrong) -> Mapping[str, Any]:
    """The manifest as the wrong connector has it."""
    right = harbor.harbor.MANIFEST if vendor == "harbor" else registry.installed()[vendor]
    told: dict[str, Any] = copy.deepcopy(dict(right.as_json()))
    if wrong.manifest is not None:
        wrong.manifest(told)
    return told


def factory(vendor: str) -> Any:
    return harbor.connect if vendor == "harbor" else registry.factory(vendor)


def trial(vendor: str, wrong: Wrong, checks: Iterable[str], *, sandbox: str, models: tuple[str, ...] = ()) -> runner.Run:
    """A run of these checks against a service that is wrong in this way."""
    fixtures = harbor.FIXTURES if vendor == "harbor" else ROOT / "fixtures"
    options = runner.Options(
        models=models, checks=tuple(checks), docs_dir=ROOT / "connectors", installed={vendor: installed(vendor, wrong)}
    )
    return runner.run(
        [vendor], subject=WrongService(wrong, {vendor: factory(vendor)}), sandbox_url=sandbox, fixtures_dir=fixtures, options=options
    )


def red(run: runner.Run) -> dict[str, list[str]]:
    """Check to what it found, for the checks that failed; our own errors count, too, as "!CHECK"."""
    found: dict[str, list[str]] = {}
    for vendor in run.vendors:
        for check, result, _ in vendor.results:
            name = {Verdict.FAIL: check.id, Verdict.ERROR: f"!{check.id}"}.get(result.verdict)
            if name is not None:
                found.setdefault(name, []).append(f"{result.cell} {result.code}: {result.message}")
    return found


def basis() -> tuple[str, ...]:
    """The checks that others take for granted."""
    return tuple(check.id for check in all_checks() if check.stage == "first")


def chapter_of(name: str) -> tuple[str, ...]:
    """The check and all of its chapter."""
    chapter = next(check.chapter for check in all_checks() if check.id == name)
    return tuple(check.id for check in all_checks() if check.chapter == chapter)
