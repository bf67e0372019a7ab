"""The parameters of a statement's SQL, those among them that are known only when it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Running:
    """What a statement needs to know of the moment and the user for whom it runs."""

    user: str
    purged: str
    """What was deleted before this moment is no longer in the recycle bin."""
    calendar: Callable[[], Any]
    """The user's calendar; asked for only by statements with dates that move."""


@dataclass
class Binds:
    """The parameters of one SQL statement."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> str:
        """A placeholder for this value, or for what this function of Running gives."""
        name = f"b{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def add_list(self, values: list[Any]) -> str:
        """Something to stand behind IN: the values travel as one JSON text, so the statement is the same for any number."""
        return f"(SELECT value FROM json_each({self.add(json.dumps(values))}))"


def user(running: Running) -> str:
    return running.user


def purged(running: Running) -> str:
    return running.purged


def today(running: Running) -> str:
    return str(running.calendar().today.isoformat())


def resolved(values: Mapping[str, Any], running: Running) -> dict[str, Any]:
    """The binds with everything in place that depends on moment and user."""
    return {name: value(running) if callable(value) else value for name, value in values.items()}
