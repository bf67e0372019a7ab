"""Reading by page numbers, newest first, loses no row whatever happens to the list meanwhile."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport.seams import SeamedPages

EVENTS = st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["delete", "on top", "at the end", "nothing"])), max_size=60)


class Changing:
    """A list to which something happens after each answer."""

    def __init__(self, count: int, events: list[tuple[int, str]]) -> None:
        self.rows = [f"row {number}" for number in range(count)]
        self.stayed = set(self.rows)
        self.asked: list[tuple[int, int]] = []
        self._events = iter(events)

    def fetch(self, number: int, size: int) -> list[str]:
        self.asked.append((number, size))
        answer = self.rows[(number - 1) * size : number * size]
        place, what = next(self._events, (0, "nothing"))
        if what == "delete" and self.rows:
            self.stayed.discard(self.rows.pop(place % len(self.rows)))
        elif what == "on top":
            self.rows.insert(0, f"new {len(self.asked)}")
        elif what == "at the end":
            self.rows.append(f"late {len(self.asked)}")
        return answer

    def pages(self, size: int, rounds: int = 500) -> SeamedPages[str]:
        return SeamedPages(self.fetch, key=lambda row: row, version=lambda row: 0, size=size, rounds=rounds)


@settings(max_examples=500)
@given(count=st.integers(0, 40), size=st.integers(1, 7), events=EVENTS)
def test_no_row_that_stays_is_ever_lost(count, size, events):
    changing = Changing(count, events)

    steps = list(changing.pages(size).read())

    found = [row for step in steps for row in step.rows]
    assert changing.stayed <= set(found)
    assert len(found) == len(set(found))
    assert all(step.settled for step in steps)


def test_a_list_that_holds_still_costs_one_tiny_request_a_seam():
    still = Changing(120, [])

    found = [row for step in still.pages(50).read() for row in step.rows]

    assert found == still.rows
    assert still.asked == [(1, 50), (2, 50), (17, 3), (3, 50), (34, 3)]


def test_a_list_that_never_holds_still_is_reported():
    """Patience ends, and the last step says that rows may be missing."""
    changing = Changing(40, [(0, "delete")] * 60)

    steps = list(changing.pages(5, rounds=2).read())

    assert not all(step.settled for step in steps)
