"""Fits an action's input to what a connector promises: inputs that it cannot use are taken out, each with a warning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from connectors.hub.codes import INPUT_INVALID, Refused
from connectors.unified.actions import ACTIONS, ActionInput
from connectors.unified.connector import Warning
from connectors.unified.manifest import Action

Given = TypeVar("Given", bound=ActionInput)


def parsed(action: str, values: Mapping[str, Any]) -> ActionInput:
    """The input of an action as its model. Raises Refused naming every place that is wrong."""
    try:
        return ACTIONS[action].model_validate(dict(values))
    except ValidationError as error:
        places = [f"{'.'.join(map(str, found['loc'])) or 'input'}: {found['msg']}" for found in error.errors(include_url=False)]
        raise Refused(INPUT_INVALID, f"{action}: {'; '.join(places)}") from error


OWN_WORDS = "remote_fields"
"""{vendor: {part: free object}}: what a caller says in the vendor's own words."""


def promised_only(values: ActionInput, action: Action, vendor: str) -> tuple[ActionInput, tuple[Warning, ...]]:
    """The input without what the connector does not promise."""
    dropped: dict[str, None] = {}
    promised = frozenset(item.name for item in action.inputs)
    if action.own_words:
        given: Mapping[str, Any] = getattr(values, OWN_WORDS)
        kept = dict(_own_words(given, action, vendor))
        dropped |= dict.fromkeys(_other_words(given, kept, vendor))
        values, promised = values.model_copy(update={OWN_WORDS: {vendor: kept} if kept else {}}), promised | {OWN_WORDS}
    fitted = _pruned(values, "", promised, dropped)
    return fitted, tuple(Warning("input_not_supported", f"{path} was not sent: this connector cannot use it") for path in dropped)


def _own_words(given: Mapping[str, Any], action: Action, vendor: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    own = given.get(vendor)
    for part, words in own.items() if isinstance(own, Mapping) else ():
        if part in action.own_words and isinstance(words, Mapping):
            yield part, words


def _other_words(given: Mapping[str, Any], kept: Mapping[str, Any], vendor: str) -> Iterator[str]:
    """The paths of what is meant for another vendor, or for a part that this one does not have."""
    for name, parts in given.items():
        if name != vendor or not isinstance(parts, Mapping):
            yield f"{OWN_WORDS}.{name}"
        else:
            yield from (f"{OWN_WORDS}.{name}.{part}" for part in parts if part not in kept)


def _pruned(values: Given, prefix: str, promised: frozenset[str], dropped: dict[str, None]) -> Given:
    """A member that must be there (an amount's period, a file's type) goes along with its promised neighbours."""
    update: dict[str, Any] = {}
    for name in values.model_fields_set:
        path, value, field = f"{prefix}{name}", getattr(values, name), type(values).model_fields[name]
        if _covered(path, promised) or value == field.get_default(call_default_factory=True):
            continue
        if _reaches_inside(path, promised):
            update[name] = _inside(value, f"{path}.", promised, dropped)
        elif not field.is_required():
            update[name] = field.get_default(call_default_factory=True)
            dropped[path] = None
    return values.model_copy(update=update)


def _inside(value: Any, prefix: str, promised: frozenset[str], dropped: dict[str, None]) -> Any:
    if isinstance(value, tuple):
        return tuple(_inside(item, prefix, promised, dropped) for item in value)
    return _pruned(value, prefix, promised, dropped) if isinstance(value, ActionInput) else value


def _covered(path: str, promised: frozenset[str]) -> bool:
    return any(start in promised for start in _starts(path))


def _starts(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _reaches_inside(path: str, promised: frozenset[str]) -> bool:
    return any(name.startswith(f"{path}.") for name in promised)
