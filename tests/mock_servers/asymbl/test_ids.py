"""Ids: 15 characters and their checksum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_servers.asymbl import ids

ID15 = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=15, max_size=15)


@pytest.mark.parametrize("id", ["001A0000006Vm9rIAC", "0015000000Gv7qJAAR", "005Hp0000000001IAA"])
def test_checksums_seen_elsewhere(id: str) -> None:
    """The first two are ids from public documentation."""
    assert ids.normalised(id[:15]) == ids.normalised(id) == id


@given(id=ID15)
def test_18_characters_compare_without_case(id: str) -> None:
    """Two ids that differ by case only have different checksums, and a wrong checksum is refused."""
    whole = ids.normalised(id)
    assert whole is not None
    swapped = id.swapcase()
    if swapped != id:
        assert whole.lower() != str(ids.normalised(swapped)).lower()
        assert ids.normalised(swapped + whole[15:]) is None


@given(number=st.integers(0, 62**4), prefix=st.sampled_from(["003", "a05"]))
def test_made_ids_are_well_formed_and_unlike(number: int, prefix: str) -> None:
    one, other = ids.made(prefix, number), ids.made(prefix, number + 1)

    assert (len(one), one[:3], one == other) == (18, prefix, False)
    assert ids.normalised(one) == one


@pytest.mark.parametrize(("first", "count"), [(0, 3), (62**2 - 2, 5), (62**5 - 4000, 8000), (7, 0)])
def test_ids_in_a_row_are_those_made_one_by_one(first: int, count: int) -> None:
    """Large orgs are made of them, across every carry."""
    assert list(ids.made_in_a_row("a05", first, count)) == [ids.made("a05", number) for number in range(first, first + count)]
