"""The report in a terminal: whole on any width, each problem once, the crash that hides the rest first."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from conformance.check import Cell, Check, Result
from conformance.outcomes import Code
from conformance.reports import heat_map, model, terminal
from conformance.runner import Run, VendorRun

FIELDS = [Cell("field", "Users", name) for name in ("id", "remote_deleted_at", "first_name", "last_name", "email")]
FIRST = Check("TST-1", "A requirement.", "a test", cases=lambda lab: FIELDS, judge=lambda lab: iter(()), chapter="fields")
SECOND = replace(FIRST, id="TST-2")


def shown(*results: tuple[Check, Cell, Code, str], width: int = 80, selected: bool = False) -> str:
    vendor = VendorRun("acme", "Acme", FIELDS, dict.fromkeys(FIELDS, "documented"), {"documented": 1, "seen in code": 0, "assumed": 0})
    vendor.results = [(check, Result(cell, code, message), None) for check, cell, code, message in results]
    vendor.emitted = vendor.expected = len(results)
    return printed(lambda console: terminal.print_report(model.build(Run("subject", "1", [vendor], [], selected=selected)), console), width)


def printed(show: Any, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(console)
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [36, 50, 80, 120])
def test_a_glyph_stays_with_its_name(width: int):
    """A line never ends between the two, for then nobody knows whose glyph it is."""
    told = shown(*((FIRST, cell, Code.READABLE, "") for cell in FIELDS), width=width)

    assert all(f"# {cell.name}" in told for cell in FIELDS)
    assert max(map(len, told.partition("PASSED")[0].splitlines())) <= width


def test_a_crash_is_told_once_and_before_all_that_follows_from_it():
    """A subject whose probe raises fails in a hundred cases, and only one line says what to mend."""
    told = shown(
        (FIRST, FIELDS[0], Code.UNVERIFIABLE, "nothing was read"),
        (FIRST, FIELDS[1], Code.WRONG_VALUE, "other"),
        (FIRST, FIELDS[2], Code.CRASHED, "probe() raised TypeError"),
        (SECOND, FIELDS[3], Code.CRASHED, "probe() raised TypeError"),
        (SECOND, FIELDS[4], Code.CRASHED, "probe() raised TypeError"),
    )

    lines = [line for line in told.splitlines() if "TST-" in line]
    assert [line.split()[1] for line in lines] == ["CRASHED", "WRONG_VALUE", "UNVERIFIABLE"]
    assert "(and 2 more cases): probe() raised TypeError" in lines[0]


def test_each_problem_bears_the_id_that_explain_and_replay_take():
    told = shown((FIRST, FIELDS[1], Code.WRONG_VALUE, "other"))

    assert model.result_id("acme", "TST-1", str(FIELDS[1])) in told


def test_a_part_of_the_suite_says_that_it_is_one():
    """Its green cases end incomplete, and a person wonders why."""
    assert "Only a part of the suite" in shown((FIRST, FIELDS[0], Code.READABLE, ""), selected=True)


@pytest.mark.parametrize("width", [80, 120, 240])
def test_a_heat_map_shows_every_column_on_any_width(width: int):
    """Cut off at the edge, the credentials on its right would not be seen at all."""
    names = [f"credential {number}" for number in range(1, 58)]
    row = {
        "model": "Users",
        "field": None,
        "declared": ["a permission with a long name: read", "another one: read"],
        "smallest": [["a permission with a long name: read", "another one: read"]],
        "cells": [{"code": "DENIED_REPORTED"}] * len(names),
    }
    vendor = {"title": "Acme", "scopes": {"credentials": [{"name": name} for name in names], "rows": [row], "actions": []}}

    told = printed(lambda console: heat_map.print_heat_map(vendor, console), width)

    table = told.partition("   1  credential 1")[0]
    assert table.count(" D") == len(names)
    assert "57" in table
    assert "…" not in told
    assert "long name: read" in " ".join(table.split())


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ([["job_board"]], "{job_board}"),
        ([["Job: read", "Job: write", "User: read"]], "{Job: read+write, User: read}"),
        ([["C.Email: edit", "C.Email: read", "C.Phone: edit", "C.Phone: read", "C: read"]], "{C.(Email, Phone): edit+read, C: read}"),
        ([["a: read"], ["b.c: read"]], "{a: read} or {b.c: read}"),
        ([[]], "{}"),
    ],
)
def test_sets_of_permissions_are_folded_and_lose_none(sets: list[list[str]], words: str):
    """A vendor with a permission for each field would fill the screen with one name many times."""
    assert heat_map.sets_in_words(sets) == words
