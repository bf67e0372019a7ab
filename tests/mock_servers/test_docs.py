"""The tables in the vendors' READMEs are those that the code makes."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from ats_sandbox.cli import app
from mock_servers.engine import docs
from mock_servers.engine.vendors import installed

VENDORS = installed()
WRITTEN = [name for name, vendor in VENDORS.items() if docs.readme(vendor).is_file()]


def test_every_vendor_has_a_readme() -> None:
    """Who imitates a vendor says what is imitated, from which sources, and what is not."""
    assert set(VENDORS) == set(WRITTEN)


@pytest.mark.parametrize("vendor", WRITTEN)
def test_its_tables_are_those_of_the_code(vendor: str) -> None:
    """`ats-sandbox docs --write` brings them up to date."""
    text = docs.readme(VENDORS[vendor]).read_text("utf-8")

    assert docs.updated(VENDORS[vendor], text) == text


@pytest.mark.parametrize("vendor", WRITTEN)
def test_it_has_every_table(vendor: str) -> None:
    """Quirks, permissions, operations, options, webhooks where there are any, and the evidence of all."""
    expected = [name for name, make in docs.SECTIONS.items() if make(VENDORS[vendor])]

    assert sorted(docs.sections(docs.readme(VENDORS[vendor]).read_text("utf-8"))) == sorted(expected)


def test_a_row_that_is_not_so_any_more_is_found() -> None:
    """The comparison can fail: a table that was changed by hand is made anew."""
    vendor = VENDORS["join"]
    text = docs.readme(vendor).read_text("utf-8")

    spoilt = text.replace("| off |", "| on |", 1)

    assert spoilt != text
    assert docs.updated(vendor, spoilt) == text


def test_a_table_that_nobody_knows_is_refused() -> None:
    """A misspelt mark does not stay empty in silence."""
    with pytest.raises(docs.NoSuchSection, match="quirkz"):
        docs.updated(VENDORS["join"], f"<!-- generated: quirkz -->\n{docs.END}")


def test_the_command_says_whose_readme_is_behind() -> None:
    """Exit code 0 when they agree, 2 for a vendor that is not there."""
    runner = CliRunner()

    agreed = runner.invoke(app, ["docs", "join", "pinpoint"])
    unknown = runner.invoke(app, ["docs", "nobody"])

    assert agreed.exit_code == 0, agreed.output
    assert unknown.exit_code == 2
    assert "nobody" in unknown.output
