"""Which record is which: turns the unified ids that a subject made up into the vendor's keys, by the registry of models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.unified.models import MODELS, REFERENCES

Ids = Mapping[str, Mapping[str, str]]
"""Model name to {unified id: vendor's key}."""

UNRESOLVED = "<unresolved>"
"""In the place of a key: an id that belongs to no record that was shown."""

QUESTIONS = next(model.card for model in MODELS.values() if "format" in model.fields())
"""The model whose records hold the options of select questions, which have ids but no rows."""

OPTIONS = REFERENCES["Job-specific screening questions"]["precondition_options"]
"""The name under which references to options go; an option's key is "question/remote id of the option"."""


def is_join(model: str) -> bool:
    """Whether records of the model have no id at the vendor, but the keys that they join."""
    return not MODELS[model].has_remote_id()


def options_of(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The options of a select question's row."""
    shape = row.get("format")
    if isinstance(shape, Mapping):
        options = shape.get("options")
        yield from (option for option in options if isinstance(option, Mapping)) if isinstance(options, list) else ()


def collect(rows: Mapping[str, list[dict[str, Any]]], known: Ids | None = None) -> Ids:
    """The ids of all these rows, on top of those known before."""
    ids: dict[str, dict[str, str]] = {model: dict(found) for model, found in (known or {}).items()}
    for model in _targets_first(rows):
        found = ids.setdefault(model, {})
        for row in rows[model]:
            if isinstance(row.get("id"), str):
                found[row["id"]] = key_of(model, row, ids)
    options = ids.setdefault(OPTIONS, {})
    for row in rows.get(QUESTIONS, ()):
        options |= {option["id"]: f"{row.get('remote_id')}/{option.get('remote_id')}" for option in options_of(row) if "id" in option}
    return ids


def _targets_first(rows: Mapping[str, Any]) -> list[str]:
    """The models so that a join model comes after those whose keys it joins."""
    ordered: list[str] = []
    waiting = [model for model in MODELS if model in rows]
    while waiting:
        ready = [model for model in waiting if not _joined(model) & set(waiting) - {model}]
        ordered += ready
        waiting = [model for model in waiting if model not in ready]
    return ordered


def _joined(model: str) -> set[str]:
    return {REFERENCES[model][name] for name in MODELS[model].key if name in REFERENCES[model]}


def key_of(model: str, row: Mapping[str, Any], ids: Ids) -> str:
    """The vendor's key of a row."""
    references = REFERENCES[model]
    parts = [_resolved(row.get(name), references[name], ids) if name in references else row.get(name) for name in MODELS[model].key]
    return "/".join(["<null>" if part is None else str(part) for part in parts])


def resolved(model: str, row: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """Those of the row's values in which unified ids stand, with keys in the place of these."""
    values = {name: _resolved(row[name], target, ids) for name, target in REFERENCES[model].items() if name in row}
    if model == QUESTIONS and isinstance(row.get("format"), Mapping) and isinstance(row["format"].get("options"), list):
        values["format"] = {**row["format"], "options": [_option(option, ids) for option in row["format"]["options"]]}
    return values


def _option(option: Any, ids: Ids) -> Any:
    if not isinstance(option, Mapping):
        return option
    return {name: _resolved(value, OPTIONS, ids) if name == "id" else value for name, value in option.items()}


def _resolved(value: Any, target: str, ids: Ids) -> Any:
    if isinstance(value, list):
        return [_resolved(item, target, ids) for item in value]
    if not isinstance(value, str):
        return value
    return ids.get(target, {}).get(value, UNRESOLVED)
