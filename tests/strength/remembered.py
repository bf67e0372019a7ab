"""Which check caught a defect the last time: it is asked first the next time, so that measuring anew takes minutes, not hours.

Nothing is believed: a defect counts as caught only when the check turns red again in this run; when it does not, all the others
follow as if nothing had been remembered.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.strength.running import Outcome

PLACE = Path(__file__).with_name("remembered.json")


@dataclass(frozen=True)
class Catcher:
    """Whose suite caught it, and by which check."""

    vendor: str
    check: str


Identity = tuple[str, ...]


def read(place: Path = PLACE) -> dict[Identity, Catcher]:
    """By identity of the defect."""
    rows = json.loads(place.read_text("utf-8")) if place.exists() else []
    return {tuple(row["defect"]): Catcher(row["vendor"], row["check"]) for row in rows}


def write(outcomes: Sequence[Outcome], place: Path = PLACE) -> None:
    """What was caught now takes the place of what was remembered; of defects that were not tried it stays. Miniatures name their check."""
    known = read(place)
    for one in outcomes:
        if one.caught is not None and one.kind != "miniature":
            known[one.identity] = Catcher(one.vendor, one.caught)
        else:
            known.pop(one.identity, None)
    rows = [{"defect": list(defect), "vendor": by.vendor, "check": by.check} for defect, by in sorted(known.items())]
    place.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n", "utf-8")
