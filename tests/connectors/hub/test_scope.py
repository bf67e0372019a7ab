"""The scope config's rule: what is promised and on is wanted, everything else is not, and misspelt names are refused."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.hub.scope import resolve
from connectors.unified.service import ConfigurationError
from tests.connectors.hub.invented import MANIFEST, PROMISED


def test_without_a_config_all_that_is_promised_is_on() -> None:
    """The default lets everything in."""
    scope = resolve(MANIFEST, {})

    assert {model: frozenset(fields) for model, fields in PROMISED.items()} == dict(scope.fields)
    assert not scope.diagnostics()


@pytest.mark.parametrize(("setting", "on"), [("ENABLED", True), ("DISABLED", False), ("OPTIONAL", True), ("OPTED_OUT", False)])
def test_each_setting_means_on_or_off(setting: str, on: bool) -> None:
    """OPTIONAL is on until the customer opts out; the same for models, fields and actions."""
    scope = resolve(
        MANIFEST, {"models": {"Tags": setting}, "fields": {"Jobs.name": setting}, "actions": {"Add note to application": setting}}
    )

    assert on == ("Tags" in scope.models)
    assert on == ("name" in scope.fields["Jobs"])
    assert on == ("Add note to application" in scope.actions)


def test_a_model_is_off_when_one_that_it_depends_on_is() -> None:
    """Stages are read from jobs."""
    scope = resolve(MANIFEST, {"models": {"Jobs": "DISABLED"}})

    assert {"Jobs", "Application Stages"} == set(scope.models_off())


def test_what_is_off_has_a_diagnostic() -> None:
    """So that a null can be told from an empty value."""
    scope = resolve(MANIFEST, {"models": {"Tags": "DISABLED"}, "fields": {"Jobs.name": "OPTED_OUT"}})

    assert {("Tags", None), ("Jobs", "name")} == {(said.model, said.field) for said in scope.diagnostics()}
    assert {"disabled_by_scope_config"} == {said.reason for said in scope.diagnostics()}


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"models": {"Jbos": "DISABLED"}}, "Jbos"),
        ({"models": {"Offers": "DISABLED"}}, "Offers"),
        ({"fields": {"Jobs.nmae": "DISABLED"}}, "Jobs.nmae"),
        ({"fields": {"Jobs.id": "DISABLED"}}, "Jobs.id"),
        ({"actions": {"Fly": "DISABLED"}}, "Fly"),
        ({"model": {}}, "model"),
        ({"models": {"Jobs": "OFF"}}, "OFF"),
        ({"models": ["Jobs"]}, "models"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(config: dict[str, Any], named: str) -> None:
    """A typing error must not leave something on that was meant to be off."""
    with pytest.raises(ConfigurationError, match=named):
        resolve(MANIFEST, config)
