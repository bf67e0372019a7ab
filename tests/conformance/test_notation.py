"""The notation of expected values: each word must be able to fail."""

from __future__ import annotations

from typing import Any

import pytest

from conformance import judge

ITEM = {"$contains": {"key": "a", "value": 1}}


@pytest.mark.parametrize(
    ("wanted", "got", "fits"),
    [
        ({"$includes": [ITEM]}, [{"key": "b"}, {"key": "a", "value": 1, "label": "A"}], True),
        ({"$includes": []}, [], True),
        ({"$includes": [ITEM]}, [{"key": "a", "value": 2}, {"key": "b", "value": 1}], False),
        ({"$includes": [ITEM, ITEM]}, [{"key": "a", "value": 1}], False),
        ({"$includes": []}, None, False),
        ({"$includes": []}, {}, False),
        ({"$unordered": [1, 2]}, [2, 1], True),
        ({"$unordered": [1, 2]}, [2, 1, 1], False),
        ({"$unordered": [1, 2]}, [2], False),
    ],
)
def test_lists_are_compared_item_for_item(wanted: Any, got: Any, fits: bool) -> None:
    """`$includes` wants one item for each of its own and lets others stand; `$unordered` lets none stand."""
    assert (judge.compare(wanted, got) == []) is fits
