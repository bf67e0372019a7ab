"""Large worlds: records by the hundred thousand, combined from pools; the same sizes and the same seed give the same bytes.

A vendor describes its worlds by a Factory (its factory.py). A world has a name, "world:candidates=100000,seed=7", which may stand
wherever a scenario's does.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from mock_servers.engine.names import BadWorld
from mock_servers.engine.pools import Pools, draw
from mock_servers.engine.table_plan import Row

PREFIX = "world"
SEED = "seed"
LARGEST = 5_000_000
DAY = 86_400
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""When worlds are read: all that is in them happened before."""
_NUMBER = re.compile(r"[0-9]{1,12}")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are of something; the default may follow from the sizes before it."""

    name: str
    text: str
    default: Callable[[Mapping[str, int]], int]


@dataclass(frozen=True, slots=True)
class Factory:
    """How a vendor makes its worlds.

    `tables` yields (table, rows): each row with every column of the table, in the declared order (start from `Store.template`),
    in an order in which a row comes after those that its document shows.
    """

    sizes: tuple[Size, ...]
    tables: Callable[[World], Iterable[tuple[str, Iterable[Row]]]]

    def resolve(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """All sizes and the seed. Raises BadWorld."""
        known = [*(size.name for size in self.sizes), SEED]
        for name, number in wanted.items():
            if name not in known:
                raise BadWorld(f"a world has no {name!r}; it has {', '.join(known)}")
            if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= LARGEST:
                raise BadWorld(f"{name} must be a whole number from 0 to {LARGEST}, not {number!r}")
        sizes: dict[str, int] = {}
        for size in self.sizes:
            sizes[size.name] = wanted.get(size.name, size.default(sizes))
        return {**sizes, SEED: wanted.get(SEED, 1)}


class World:
    """What a factory builds from: sizes, pools, and chance that is the same each time."""

    def __init__(self, sizes: Mapping[str, int], template: Callable[[str], Row]) -> None:
        self.sizes, self.seed = sizes, sizes[SEED]
        self.pools: Pools = draw(self.seed)
        self._template = template

    def __getitem__(self, size: str) -> int:
        return self.sizes[size]

    def row(self, table: str, **values: Any) -> Row:
        """A row with the columns' defaults and these values. For many rows copy one of these."""
        row = self._template(table)
        row.update(values)
        return row

    def chance(self, what: str) -> Callable[[], float]:
        """Numbers from 0 to below 1, a sequence of its own for each word: what is added elsewhere changes nothing here."""
        return random.Random(f"{self.seed} {what}").random

    def uuids(self, what: str) -> Iterator[str]:
        """Endless, of version 4."""
        bits = random.Random(f"{self.seed} {what}").getrandbits
        while True:
            digits = f"{bits(128):032x}"
            yield f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def some(self, what: str, count: int, among: Sequence[T]) -> Iterator[T]:
        """The same, so many of them."""
        for _, picked in zip(range(count), self.picks(what, among), strict=False):
            yield picked

    def picks(self, what: str, pool: Sequence[T]) -> Iterator[T]:
        """One after the other from a pool, endless, by chance."""
        number, size = self.chance(what), len(pool)
        while True:
            yield pool[int(number() * size)]


def one_of(pool: Sequence[T], number: Callable[[], float]) -> T:
    """By chance (see `World.chance`)."""
    return pool[int(number() * len(pool))]


def moments(count: int, *, days: float, ending: str) -> Iterator[str]:
    """So many moments in UTC, evenly spread over the days before NOW, oldest first: "2026-05-31T08:59:59" and the ending."""
    now, times, dates = int(NOW.timestamp()), _times(), dict[int, str]()
    step = days * DAY / max(count, 1)
    for number in range(count, 0, -1):
        day, second = divmod(now - int(step * number) - 1, DAY)
        if day not in dates:
            dates[day] = datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
        yield f"{dates[day]}T{times[second]}{ending}"


@cache
def _times() -> list[str]:
    """Every second of a day: formatting a moment costs more than all the rest of a row's chance."""
    return [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(DAY)]


def name_of(sizes: Mapping[str, int]) -> str:
    """The world's name, always written the same way."""
    return f"{PREFIX}:{','.join(f'{name}={number}' for name, number in sizes.items())}"


def describe(factory: Factory) -> dict[str, dict[str, Any]]:
    """By name of the size: what it counts, and how many there are when nothing is wished."""
    defaults = factory.resolve({})
    told = {size.name: {"text": size.text, "default": defaults[size.name]} for size in factory.sizes}
    return {**told, SEED: {"text": "Another one gives other people and texts.", "default": defaults[SEED]}}


def parse(text: str) -> dict[str, int]:
    """The sizes that a name, or the part after its colon, names. Raises BadWorld."""
    sizes: dict[str, int] = {}
    for part in filter(None, text.removeprefix(f"{PREFIX}:").split(",")):
        name, equals, number = part.partition("=")
        if not equals or not _NUMBER.fullmatch(number):
            raise BadWorld(f"{part!r} is no size; a world is named like candidates=1000,seed=7")
        sizes[name] = int(number)
    return sizes


def is_world(scenario: str) -> bool:
    return scenario == PREFIX or scenario.startswith(f"{PREFIX}:")
