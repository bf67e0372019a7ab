"""The defects that were made by hand are defects of the code as it is."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.strength.handmade import all_rows
from tests.strength.handmade.rows import HandMade
from tests.strength.mutants import source_of
from tests.strength.table import CLASSES

ROWS = [row for _, row in all_rows()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_still_fits_the_code_and_changes_it(row: HandMade):
    """A row whose old text is gone fails here, and names it; one that changes nothing would survive for ever."""
    changed = ast.dump(ast.parse(row.source()))

    assert changed != ast.dump(ast.parse(source_of(row.module).read_text("utf-8")))


def test_every_class_has_some_and_no_two_have_one_name():
    of_each = Counter(defect for defect, _ in all_rows())
    assert set(of_each) == set(CLASSES)
    assert min(of_each.values()) >= 20
    assert len({row.name for row in ROWS}) == len(ROWS)
