"""Date literals: LAST_WEEK, THIS_FISCAL_QUARTER, N_DAYS_AGO:3 as half-open ranges of days in the running user's time zone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS = ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
RANGES = frozenset(
    {"YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"}
    | {f"{which}_{unit}" for which in ("LAST", "THIS", "NEXT") for unit in _UNITS}
)
"""Literals without a number."""
RANGES_WITH_NUMBER = frozenset(
    {f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in ("DAY", *_UNITS)} | {f"N_{unit}S_AGO" for unit in ("DAY", *_UNITS)}
)
"""Literals with one: LAST_N_DAYS:30."""
Days = tuple[date, date]
"""[start, end)."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the literals are reckoned by."""

    today: date
    zone: tzinfo
    fiscal_start: int = 1
    """The month in which the org's fiscal year begins."""

    @staticmethod
    def at(seconds: float, zone_name: str | None, fiscal_start: int = 1) -> Calendar:
        """The calendar of a user with this time zone at a moment of the tenant's clock."""
        zone = zone_of(zone_name)
        return Calendar(datetime.fromtimestamp(seconds, UTC).astimezone(zone).date(), zone, fiscal_start)

    def days(self, name: str, number: int | None) -> Days:
        """The days that a literal stands for. Raises OverflowError for what lies beyond the calendar."""
        if name in _DAYS:
            return _DAYS[name](self.today)
        if number is None:
            which, _, unit = name.partition("_")
            shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
            return self._unit(unit, shift)[0], self._unit(unit, shift)[1]
        return self._numbered(name, number)

    def moments(self, days: Days) -> tuple[str, str]:
        """Those days as stored date-times: from the first one's local midnight to the local midnight after the last."""
        return _midnight(days[0], self.zone), _midnight(days[1], self.zone)

    def _numbered(self, name: str, number: int) -> Days:
        if name.startswith("N_"):
            unit = name.removeprefix("N_").removesuffix("S_AGO")
            return self._unit(unit, -number)
        which, _, rest = name.partition("_N_")
        unit = rest.removesuffix("S")
        if which == "NEXT":
            # NEXT_N_DAYS:n begins tomorrow, and so do weeks and the rest: with the unit after the current one.
            return self._unit(unit, 1)[0], self._unit(unit, number)[1] if number else self._unit(unit, 1)[0]
        if unit == "DAY":
            # LAST_N_DAYS:n goes through today.
            return self.today - timedelta(days=number), self.today + timedelta(days=1)
        return self._unit(unit, -number)[0], self._unit(unit, 0)[0]

    def _unit(self, unit: str, shift: int) -> Days:
        """The unit that lies so many units after the current one."""
        match unit:
            case "DAY":
                start = self.today + timedelta(days=shift)
                return start, start + timedelta(days=1)
            case "WEEK":
                sunday = self.today - timedelta(days=(self.today.weekday() + 1) % 7)
                start = sunday + timedelta(weeks=shift)
                return start, start + timedelta(weeks=1)
            case "MONTH":
                return _months(self.today.replace(day=1), shift, 1)
            case "QUARTER":
                return _months(_period_start(self.today, 1, 3), shift * 3, 3)
            case "YEAR":
                return _months(_period_start(self.today, 1, 12), shift * 12, 12)
            case "FISCAL_QUARTER":
                return _months(_period_start(self.today, self.fiscal_start, 3), shift * 3, 3)
            case "FISCAL_YEAR":
                return _months(_period_start(self.today, self.fiscal_start, 12), shift * 12, 12)
            case _:
                raise AssertionError(unit)


def _span(first: int, last: int) -> Callable[[date], Days]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=last + 1))


_DAYS: dict[str, Callable[[date], Days]] = {
    "YESTERDAY": _span(-1, -1),
    "TODAY": _span(0, 0),
    "TOMORROW": _span(1, 1),
    "LAST_90_DAYS": _span(-90, 0),
    "NEXT_90_DAYS": _span(1, 90),
}


def zone_of(name: str | None) -> tzinfo:
    """A user's time zone; GMT when it has none that is known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _period_start(day: date, first_month: int, months: int) -> date:
    """The first day of the period of so many months in which a day lies, when one begins in `first_month`."""
    back = (day.month - first_month) % months
    return _shifted(day.replace(day=1), -back)


def _months(start: date, shift: int, length: int) -> Days:
    begin = _shifted(start, shift)
    return begin, _shifted(begin, length)


def _shifted(first_of_month: date, months: int) -> date:
    number = first_of_month.year * 12 + first_of_month.month - 1 + months
    if not 12 <= number < 10000 * 12:
        raise OverflowError("beyond the calendar")
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date, zone: tzinfo) -> str:
    at = datetime.combine(day, time(), zone).astimezone(UTC)
    return f"{at.year:04d}-{at:%m-%dT%H:%M:%S}.000+0000"


def add_functions(connection: sqlite3.Connection) -> None:
    """What statements need of a database beyond its own functions."""
    connection.create_function("local_time", 2, _local_time, deterministic=True)


def _local_time(text: str | None, zone: str) -> str | None:
    """A stored date-time as the clocks of a time zone showed it, for convertTimezone(); null for what is none."""
    try:
        return None if text is None else datetime.fromisoformat(text).astimezone(zone_of(zone)).isoformat()
    except (ValueError, OverflowError):
        return None
