"""A mapping is a table of paths and plain functions."""

from __future__ import annotations

import pytest

from connectors.transport.mapping import Withheld, fill, value_at

TREE = {"name": "Mira", "zero": 0, "blank": "", "none": None, "nested": {"deep": {"x": 1}}}


@pytest.mark.parametrize(
    ("path", "value"), [("name", "Mira"), ("zero", 0), ("blank", ""), ("none", None), ("none.below", None), ("nested.deep.x", 1)]
)
def test_a_path_finds_what_is_there(path, value):
    """Falsy values are values, and nothing is below a null."""
    found = value_at(path, TREE)

    assert (value, type(value)) == (found, type(found))


@pytest.mark.parametrize("path", ["other", "nested.other", "name.first"])
def test_what_the_vendor_does_not_have_is_withheld(path):
    """Absent is not null."""
    found = value_at(path, TREE)

    assert isinstance(found, Withheld)
    assert path in found.detail


def test_only_wanted_cells_are_filled():
    def never(source):
        raise AssertionError("not wanted")

    filled = fill({"a": "name", "b": lambda source: source.upper(), "c": never, "d": "other"}, "x", tree=TREE, wanted={"a", "b", "d"})

    assert filled.values == {"a": "Mira", "b": "X"}
    assert list(filled.withheld) == ["d"]
