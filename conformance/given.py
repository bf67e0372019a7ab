"""All that is known of one vendor before its subject is asked anything: the files of one scenario."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance import fixture_models as fixtures


@dataclass(frozen=True)
class Fixtures:
    """Everything that is known of one vendor and one scenario."""

    folder: Path
    scenario: str
    expected: fixtures.Expected
    perturbations: fixtures.Perturbations
    actions: fixtures.ActionCases
    profile: fixtures.Profile
    card: fixtures.Card


def read_fixtures(fixtures_dir: Path, vendor: str, scenario: str) -> Fixtures:
    """All files of one vendor's scenario. Raises FixtureError."""
    folder = fixtures_dir / vendor / scenario
    return Fixtures(
        folder=folder,
        scenario=scenario,
        expected=fixtures.load_expected(folder),
        perturbations=fixtures.load_perturbations(folder),
        actions=fixtures.load_actions(folder),
        profile=fixtures.load_profile(folder),
        card=fixtures.load_card(fixtures_dir / vendor),
    )
