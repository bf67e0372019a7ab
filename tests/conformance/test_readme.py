"""The README's requirements are those that the checks have."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance import subjects
from conformance.check import all_checks
from conformance.requirements import README, updated
from conformance.waivers import read_waivers


def test_the_generated_tables_are_those_of_the_code():
    """`ats-sandbox docs --write` brings them up to date."""
    text = README.read_text("utf-8")

    assert updated(text) == text


def test_every_requirement_stands_there_once():
    text = README.read_text("utf-8")

    assert [text.count(f"| {check.id} |") for check in all_checks()] == [1] * len(all_checks())


def test_a_requirement_that_was_changed_by_hand_is_found():
    text = README.read_text("utf-8")
    spoilt = text.replace("arrives exactly once", "arrives", 1)

    assert spoilt != text
    assert updated(spoilt) == text


def test_a_part_that_nobody_knows_is_refused():
    with pytest.raises(KeyError, match="requirementz"):
        updated("<!-- generated: requirementz -->\n<!-- end of generated -->")


def test_the_readme_names_every_method_of_a_connection():
    """Whoever writes a subject by it alone writes a whole one."""
    text = README.read_text("utf-8")
    methods = [name for name in vars(subjects.Connection) if not name.startswith("_") and callable(getattr(subjects.Connection, name))]

    assert len(methods) > 8
    assert [name for name in methods if f"`{name}(" not in text] == []


def test_the_readme_s_waiver_is_one(tmp_path: Path):
    text = README.read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "waivers.yaml").write_text(text, "utf-8")

    assert [waiver.cell for waiver in read_waivers(tmp_path / "waivers.yaml")] == ["model Jobs"]
