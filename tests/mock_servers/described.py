"""Lets Schemathesis hold a vendor's served OpenAPI document against what the vendor answers, over real sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

SEED = 20260302
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# Rules of records (422) are what no schema can say; a record that another one needs may be missing (404) or in use (409).
BEYOND_SCHEMAS = ["2xx", "3xx", "401", "403", "404", "409", "422", "429"]


@dataclass
class Findings:
    """What a run found, and how much it asked."""

    problems: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    """By phase."""


def config(
    base_url: str, headers: dict[str, str], max_examples: int, phases: Collection[str], beyond: Collection[str]
) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": base_url,
            "headers": headers,
            "workers": 1,
            "continue-on-failure": True,
            "max-redirects": 0,
            "generation": {"max-examples": max_examples, "deterministic": True, "database": "none", "no-shrink": True},
            "checks": {"positive_data_acceptance": {"expected-statuses": [*BEYOND_SCHEMAS, *beyond]}},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
        }
    )


def run(
    document: dict[str, Any],
    base_url: str,
    headers: dict[str, str],
    *,
    max_examples: int,
    phases: Collection[str] = PHASES,
    every: int = 1,
    beyond: Collection[str] = (),
) -> Findings:
    """These phases, all checks, on every n-th path of the document; `beyond`: more statuses for what no schema can say."""
    schema = schemathesis.openapi.from_dict(sample(document, every), config=config(base_url, headers, max_examples, phases, beyond))
    findings = Findings()
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                findings.requests[event.phase.value] += len(event.recorder.interactions)
                findings.problems += _failures(event)
            case events.NonFatalError() | events.FatalError():
                findings.problems.append(str(getattr(event, "info", None) or event.exception))
            case _:
                pass
    return findings


def sample(document: dict[str, Any], every: int) -> dict[str, Any]:
    """The document with every n-th of its paths."""
    if every == 1:
        return document
    kept = list(document["paths"].items())[::every]
    return {**document, "paths": {path: {method: _unlinked(its) for method, its in methods.items()} for path, methods in kept}}


def _unlinked(operation: dict[str, Any]) -> dict[str, Any]:
    """A link may lead to an operation that is not in the sample."""
    responses = {
        status: {name: part for name, part in reply.items() if name != "links"} for status, reply in operation["responses"].items()
    }
    return {**operation, "responses": responses}


@schemathesis.hook("before_call")
def same_id(context: Any, case: Any, kwargs: Any) -> None:
    """What no schema can say: a record's id in the body of a change is that of the path."""
    in_path = (case.path_parameters or {}).get("id")
    main = case.body.get("data") if isinstance(case.body, dict) else None
    if case.method == "PUT" and isinstance(in_path, str) and isinstance(main, dict) and isinstance(main.get("id"), str):
        main["id"] = in_path


def _failures(event: events.ScenarioFinished) -> Iterator[str]:
    if event.status is not Status.FAILURE:
        return
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            interaction = event.recorder.interactions.get(case_id)
            reply = interaction.response if interaction is not None else None
            answered = "" if reply is None else f" → {reply.status_code} {reply.content[:300]!r}"
            failure = check.failure_info.failure
            yield f"{event.label}: {failure.title}: {failure.message}\n{check.failure_info.code_sample}{answered}"
