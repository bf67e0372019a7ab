"""profile.yaml: settings of a connection, and what is other than usual with them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from conformance.fixture_models.base import Changes, Key, Strict
from conformance.fixture_models.steps import Step


class Earlier(Strict):
    """How much earlier a delta sync asks from than without the setting."""

    operation: str
    seconds: float


class SettingCase(Strict):
    """A setting of the connection, or an account of another make, and exactly the unified cells that are other than usual."""

    id: Key
    why: str | None = None
    settings: dict[str, Any] = {}
    steps: list[Step] = []
    """Run before the first sync: what makes the account another one than that of expected.yaml."""
    asks: list[str] = []
    """Operations that the vendor must have been asked for: a setting that nobody reads changes nothing either."""
    asks_again: list[str] = []
    """Operations whose first request a step lets a fault strike, and which must have been asked once more."""
    sends: dict[str, dict[str, str]] = {}
    """Operation to what each of its requests must say: an expression for a parameter of its query by name, for "path",
    "header:name", "body:dotted.path" or "form:name"."""
    earlier: Earlier | None = None
    same_waits: str | None = None
    """An operation: where it fails for a while, two connections with these settings wait alike."""
    action: Key | None = None
    """A case of actions.yaml to be carried out with these settings besides its own; then `sends` is about what it sends."""
    ends: Literal["SUCCEEDED", "PARTIALLY_FAILED", "FAILED", "AUTHENTICATION_FAILED"] = "SUCCEEDED"
    """How the sync ends."""
    only: list[str] = []
    """Models that are read and judged, the others being off, where the setting concerns no others; none: all."""
    exactly: dict[str, list[Key]] = {}
    """Model to the keys of all its records, where the settings leave so few that naming those that are gone would take a page."""
    expect: Changes = {}
    also_changes: list[str] = []
    told: list[str] = []
    """"Model" or "Model.field": what such an account does not show, so that a diagnostic must say so."""

    @model_validator(mode="after")
    def _differs(self) -> SettingCase:
        if not (self.settings or self.steps):
            raise ValueError("a case has settings, or steps that make another account, or both")
        return self

    @property
    def shows(self) -> bool:
        """Whether it would be red if the settings were not read."""
        sign = (self.asks, self.asks_again, self.sends, self.earlier, self.same_waits, self.exactly, self.expect, self.told)
        return any(sign) or self.ends != "SUCCEEDED"
