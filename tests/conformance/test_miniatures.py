"""The suite catches what is wrong, by the right name, and lets pass what is right."""

from __future__ import annotations

import pytest

from conformance.check import check_ids
from tests.conformance.miniatures import MINIATURES, Miniature
from tests.conformance.wrong.service import Wrong
from tests.conformance.wrong.trials import basis, chapter_of, red, trial


def test_every_check_has_a_connector_that_it_must_catch():
    """A check that nothing turns red may be one that cannot fail."""
    assert sorted({miniature.check for miniature in MINIATURES} ^ set(check_ids())) == []


def test_the_right_connector_stays_green(sandbox: str):
    run = trial("harbor", Wrong(), (), sandbox=sandbox)

    assert red(run) == {}
    assert run.outcome == "passed"


@pytest.mark.parametrize("miniature", MINIATURES, ids=str)
def test_what_is_wrong_turns_exactly_its_check_red(miniature: Miniature, sandbox: str):
    checks = {*miniature.checks, miniature.check} if miniature.checks else {*basis(), *chapter_of(miniature.check)}

    found = red(trial(miniature.vendor, miniature.wrong, checks, sandbox=sandbox))

    assert set(found) == {miniature.check, *miniature.beside}, found
