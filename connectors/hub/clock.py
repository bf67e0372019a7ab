"""The hub's only reader of time; everything else is given one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connectors.unified.values import to_instant

Now = Callable[[], datetime]


def wall_now() -> datetime:
    """The machine's clock."""
    return datetime.now(tz=UTC)  # noqa: TID251 the one place in connectors/ that reads time


def later_than(previous: str | None, now: Now) -> str:
    """The present instant, moved on by a millisecond if need be: a row's changed_at never stands still when it changes."""
    moment = now()
    if previous is not None:
        moment = max(moment, datetime.fromisoformat(previous) + timedelta(milliseconds=1))
    return instant(moment)


def instant(moment: datetime) -> str:
    """As the unified API writes it."""
    return str(to_instant(moment))
