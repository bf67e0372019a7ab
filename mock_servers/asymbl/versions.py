"""The API's versions: which answer, which are retired, and what each release is called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mock_servers.asymbl import wire
from mock_servers.engine.vendors import Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

OLDEST, NEWEST, FIRST_RETIRED = 31, 66, 21
_SEASONS = ("Spring", "Summer", "Winter")


def label(number: int) -> str:
    """The release's name: 63 is Spring '25, 64 Summer '25, 65 Winter '26."""
    year, season = divmod(number, 3)
    return f"{_SEASONS[season]} '{year + 4 + (season == 2):02d}"


def listed() -> list[dict[str, str]]:
    """The answer of /services/data."""
    numbers = range(OLDEST, NEWEST + 1)
    return [{"label": label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"} for number in numbers]


def refusal(exchange: Exchange) -> Reply | None:
    """410 for a retired version in the path, 404 for one that never was."""
    version = exchange.params.get("version")
    if version is None:
        return None
    number = int(version[:-2]) if re.fullmatch(r"[1-9][0-9]?\.0", version) else 0
    if OLDEST <= number <= NEWEST:
        return None
    return wire.ERRORS.error(exchange, 410 if FIRST_RETIRED <= number < OLDEST else 404)
