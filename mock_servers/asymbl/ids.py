"""Record ids: 15 case-sensitive characters, or those and a checksum of three, so that 18 compare without case.

The algorithm of the checksum is documented; that a wrong checksum is refused rather than repaired is assumed.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from mock_servers.asymbl import tables
from mock_servers.asymbl.schema import SObject

if TYPE_CHECKING:
    from mock_servers.engine.store import Store

_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(r"[0-9A-Za-z]{15}|[0-9A-Za-z]{18}")
INSTANCE = "Hs"
"""Characters 4 and 5 tell on which of Salesforce's instances a record was made."""
FIRST_NUMBER = 62**4 * 11
"""Where counters begin: an org's first record never has a round number."""


def checksum(id15: str) -> str:
    """The three characters that make 18 of these 15."""
    groups = (id15[0:5], id15[5:10], id15[10:15])
    return "".join(_CHECK[sum(1 << bit for bit, char in enumerate(group) if char in string.ascii_uppercase)] for group in groups)


def normalised(text: object) -> str | None:
    """The 18 characters of an id in either form; None for what is no id, a wrong checksum included."""
    if not isinstance(text, str) or _FORM.fullmatch(text) is None:
        return None
    whole = text[:15] + checksum(text[:15])
    return whole if len(text) == 15 or text == whole else None


def made(prefix: str, number: int) -> str:
    """The id of an org's n-th record of an object."""
    digits = ""
    rest = FIRST_NUMBER + number
    while rest:
        rest, last = divmod(rest, 62)
        digits = _DIGITS[last] + digits
    id15 = prefix + INSTANCE + digits.rjust(10, "0")
    return id15 + checksum(id15)


def made_in_a_row(prefix: str, first: int, count: int) -> Iterator[str]:
    """What `made` gives for so many numbers from `first` on, twenty times as fast: all but the last two digits seldom changes."""
    turns = 62 * 62
    number, ends = FIRST_NUMBER + first, _last_two_digits()
    for start in range(number - number % turns, number + count, turns):
        head = made(prefix, start - FIRST_NUMBER)
        stem, checks = head[:13], head[15:17]
        capitals = sum(1 << bit for bit, char in enumerate(stem[10:]) if char in string.ascii_uppercase)
        for digits, more in ends[max(0, number - start) : number + count - start]:
            yield stem + digits + checks + _CHECK[capitals | more]


@cache
def _last_two_digits() -> tuple[tuple[str, int], ...]:
    """(the digits, what their capitals are in the last character of the checksum), in the order in which numbers have them."""
    weight = {char: char in string.ascii_uppercase for char in _DIGITS}
    return tuple((one + other, weight[one] * 8 + weight[other] * 16) for one in _DIGITS for other in _DIGITS)


def new_id(store: Store, sobject: SObject, prefix: str) -> str:
    """An id that no record of the org has or had."""
    while True:
        id = made(prefix, store.next_id(f"ids:{prefix}"))
        if store.find(tables.table_of(sobject), id=id) is None:
            return id


def custom_prefixes(names: list[str], taken: set[str], start: int = 0) -> dict[str, str]:
    """a00, a01, … for these objects in this order, leaving out what is taken."""
    found: dict[str, str] = {}
    number = start
    for name in names:
        while (prefix := f"a{_DIGITS[number // 62 % 62]}{_DIGITS[number % 62]}") in taken:
            number += 1
        found[name] = prefix
        number += 1
    return found
