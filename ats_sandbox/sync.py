"""Reads a whole account, real or simulated, and prints its unified records as NDJSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from ats_sandbox.credentials import BadCredential, parse
from ats_sandbox.exits import fail
from connectors.hub.hub import Hub
from connectors.unified.connector import Diagnostic
from connectors.unified.manifest import Manifest
from connectors.unified.registry import installed
from connectors.unified.service import ConfigurationError, ModelUnavailable, SyncOutcome, Target

INCOMPLETE = 1


def run_sync(vendor: str, *, base_url: str, credential: str, models: tuple[str, ...], ca: str | None) -> int:
    """Print the records; 0 when all of it could be read."""
    manifest = _manifest(vendor)
    unknown = [name for name in models if name not in {model.name for model in manifest.models}]
    if unknown:
        fail(f"{manifest.title} has no model {', '.join(unknown)}", hint=f"models: {', '.join(model.name for model in manifest.models)}")
    target = Target(vendor, base_url, _credential(credential), scope_config=_scope(manifest, models), ca=ca)
    hub = Hub()
    try:
        integration = hub.connect(target)
        with Console(stderr=True).status(f"reading {manifest.title}…"):
            outcome = hub.sync(integration)
        for model in models or tuple(item.name for item in manifest.models):
            _print_records(model, _rows(hub, integration, model))
        return _print_outcome(outcome, models)
    except ConfigurationError as error:
        fail(str(error))
    finally:
        hub.close()


def _manifest(vendor: str) -> Manifest:
    known = installed()
    if vendor not in known:
        fail(f"no connector for {vendor!r}", hint=f"installed: {', '.join(known)}")
    return known[vendor]


def _credential(text: str) -> dict[str, str]:
    try:
        return parse(text)
    except BadCredential as error:
        fail(str(error))


def _scope(manifest: Manifest, models: tuple[str, ...]) -> Mapping[str, Any]:
    """Everything, or only the named models and those that they depend on."""
    if not models:
        return {}
    needed = set(models)
    while True:
        more = {other for name in needed for other in manifest.model(name).depends_on} - needed
        if not more:
            return {"models": {model.name: "DISABLED" for model in manifest.models if model.name not in needed}}
        needed |= more


def _rows(hub: Hub, integration: str, model: str) -> list[dict[str, Any]]:
    try:
        return hub.read(integration, model)
    except ModelUnavailable:
        return []  # said on standard error already, by a diagnostic


def _print_records(model: str, rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        sys.stdout.write(json.dumps({"model": model, "record": row}, ensure_ascii=False) + "\n")


def _print_outcome(outcome: SyncOutcome, models: tuple[str, ...]) -> int:
    err = Console(stderr=True, highlight=False)
    told = [one for one in outcome.diagnostics if one.reason != "disabled_by_scope_config" and (not models or one.model in models)]
    for diagnostic in told:
        err.print(_sentence(diagnostic), markup=False, soft_wrap=True)
    for warning in outcome.warnings:
        err.print(f"warning: {warning}", markup=False, soft_wrap=True)
    if outcome.error is not None:
        err.print(f"{outcome.state}: {outcome.error}", markup=False, soft_wrap=True)
    return 0 if outcome.state == "SUCCEEDED" and not told else INCOMPLETE


def _sentence(one: Diagnostic) -> str:
    what = one.model if one.field is None else f"{one.model}.{one.field}"
    parts = [f"{what}: {one.reason}"]
    if one.missing_permissions:
        parts.append(f"missing {', '.join(one.missing_permissions)}")
    if one.http_status is not None:
        parts.append(f"the vendor answered {one.http_status}")
    parts += [text for text in (one.detail, one.remedy) if text]
    return "; ".join(parts)
