"""Reading by page numbers loses no row and repeats none, whatever happens to the list meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.transport.pages import NumberedPages, Step, counted

Row = tuple[int, int]
"""(key, version)."""


@dataclass
class Table:
    """A vendor's list, sorted so that what is new (and, sorted by change, what is newly changed) comes last."""

    rows: list[Row]
    asked: list[int] = field(default_factory=list)
    measured: int = 0
    before: Callable[[int], None] = lambda request: None
    """Called before each page is read, with the number of pages read so far."""

    def fetch(self, number: int, size: int) -> list[Row]:
        self.before(len(self.asked))
        self.asked.append(number)
        return self.rows[(number - 1) * size : number * size]

    def length(self) -> int:
        self.measured += 1
        return len(self.rows)

    def pages(self, size: int) -> NumberedPages[Row]:
        return NumberedPages(
            fetch=lambda number: self.fetch(number, size),
            length=self.length,
            key=lambda row: str(row[0]),
            version=lambda row: row[1],
            size=size,
        )


def table(count: int) -> Table:
    return Table([(key, 0) for key in range(count)])


def rows_of(steps: list[Step[Row]]) -> list[Row]:
    return [row for step in steps for row in step.rows]


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_short_list_is_one_request(count):
    short = table(count)

    assert rows_of(list(short.pages(10).read())) == short.rows
    assert (short.asked, short.measured) == ([1], 0)


@pytest.mark.parametrize(("count", "asked"), [(10, [1, 1]), (11, [1, 2, 1]), (20, [1, 2, 1]), (25, [1, 3, 2, 1])])
def test_a_longer_list_is_read_from_its_end(count, asked):
    """Every row once; the first page is looked at again at the end, because rows may have moved up onto it."""
    longer = table(count)

    steps = list(longer.pages(10).read())

    assert sorted(rows_of(steps)) == longer.rows
    assert (longer.asked, longer.measured) == (asked, 1)
    assert [step.next for step in steps] == [*asked[1:], None]


@pytest.mark.parametrize("request_number", [1, 2, 3])
def test_a_row_that_vanishes_takes_no_other_with_it(request_number):
    """Read forwards, the row behind an edge would slip onto a page that is done."""
    changing = table(25)
    changing.before = lambda request: changing.rows.remove((3, 0)) if request == request_number else None

    found = rows_of(list(changing.pages(10).read()))

    assert set(changing.rows) <= set(found)
    assert len(set(found)) == len(found)


def test_a_row_met_in_a_new_version_comes_again():
    changing = table(25)

    def change(request: int) -> None:
        if request == 2:
            changing.rows[4] = (4, 1)

    changing.before = change

    found = rows_of(list(changing.pages(10).read()))

    assert [row for row in found if row[0] == 4] == [(4, 0), (4, 1)]


def test_a_read_goes_on_where_it_stopped():
    """The number of the next page is enough, also when rows vanished while nobody was reading."""
    changing = table(35)
    steps = changing.pages(10).read()
    before = [next(steps), next(steps)]
    del changing.rows[3:8]

    after = list(changing.pages(10).read(before[-1].next))

    assert set(changing.rows) <= {*rows_of(before), *rows_of(after)}


EVENTS = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["delete", "change", "insert"]), st.integers(0, 1000)), max_size=8)


@pytest.mark.parametrize("sorted_by", ["id", "change"])
@given(count=st.integers(0, 60), size=st.integers(1, 12), events=EVENTS)
def test_no_row_that_stays_is_ever_lost(sorted_by, count, size, events):
    """Whatever is deleted, changed or added while reading: each row that is there from first to last arrives.

    In a list sorted by change a row that changes meanwhile moves to the end; it belongs to the next read.
    """
    changing = table(count)
    started: list[Row] = []

    def happen(request: int) -> None:
        if request == 0:
            started.extend(changing.rows)
        for when, what, which in events:
            if when != request:
                continue
            if what == "insert":
                changing.rows.append((count + len(changing.asked) * 1000 + which, 0))
            elif changing.rows:
                place = which % len(changing.rows)
                key, version = changing.rows.pop(place)
                if what == "change":
                    changing.rows.insert(place if sorted_by == "id" else len(changing.rows), (key, version + 1))

    changing.before = happen

    found = rows_of(list(changing.pages(size).read()))

    stayed = (
        {key for key, _ in changing.rows} if sorted_by == "id" else {key for key, version in changing.rows if (key, version) in started}
    )
    assert stayed & {key for key, _ in started} <= {key for key, _ in found}
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 9, 1000, 1023, 1024, 1025])
def test_a_list_is_counted_without_reading_it(length):
    asked: list[int] = []

    def has_rank(rank: int) -> bool:
        asked.append(rank)
        return rank <= length

    assert counted(has_rank) == length
    assert len(asked) <= 2 * (length.bit_length() + 1)
