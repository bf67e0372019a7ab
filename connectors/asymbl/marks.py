"""Where a read may begin: behind a page (cursor), or with what has changed since the last read (watermark).

A watermark also says what records were made of: a field that became visible, or that an admin made, changes no record and yet
belongs into each, so that a list of another shape is read whole.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import orjson

from connectors.asymbl.schema import View
from connectors.asymbl.settings import Settings
from connectors.unified.errors import Invalid

SHAPING = frozenset({"hired_stages", "team_roles", "currency", "integration_fields", "candidates", "candidate_record_type"})
"""Settings by which the same records read differently."""


def shape_of(view: View, settings: Settings) -> str:
    """A mark of what a list's records are made of: the same as long as neither the visible columns nor the settings change."""
    told = [sorted(set(view.columns) - {"IsDeleted"}), settings.model_dump(include=set(SHAPING))]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a list has been read."""

    stamp: str
    """The time of the last change that came."""
    shape: str = ""
    """Of the records; blank: not known."""

    def __str__(self) -> str:
        return f"{self.stamp} {self.shape}".strip()

    @property
    def moment(self) -> datetime:
        """The same as a moment."""
        return datetime.fromisoformat(self.stamp)

    @classmethod
    def parse(cls, text: str) -> Watermark:
        """Raises Invalid: not a watermark of ours."""
        stamp, _, shape = text.partition(" ")
        found = cls(stamp, shape)
        try:
            zone = found.moment.tzinfo
        except ValueError:
            zone = None
        if zone is None:
            raise Invalid("this is no watermark of the Asymbl connector")
        return found

    @classmethod
    def reached(cls, last: Watermark | None, mark: str | None, shape: str) -> Watermark | None:
        """After a read that began at `last` and came to `mark`; the later of the two counts."""
        if mark is None:
            return None if last is None else cls(last.stamp, shape)
        here = cls(mark, shape)
        return here if last is None or here.moment >= last.moment else cls(last.stamp, shape)


def cursor(mark: str | None) -> str:
    """A page's place; None: the list begins again."""
    return orjson.dumps({"from": mark}).decode()


def place(text: str) -> str | None:
    """Where a cursor leads. Raises Invalid."""
    try:
        mark = orjson.loads(text)["from"]
        return None if mark is None else Watermark.parse(mark).stamp
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Invalid("this is no cursor of the Asymbl connector") from error
