"""profile.yaml: what generic checks of features must be told."""

from __future__ import annotations

from typing import Any, Literal

from conformance.fixture_models.base import Key, Strict
from conformance.fixture_models.steps import Step


class PassthroughCase(Strict):
    """A raw call and what the vendor itself would answer."""

    method: str = "GET"
    path: str
    params: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    data: Any = None
    status: int
    contains: dict[str, Any] = {}
    """Dotted paths into the answer."""


class OnlyCreated(Strict):
    """For "sync only created applications": a case of actions.yaml that makes one, and the models that are then narrowed."""

    case: Key
    models: dict[str, Literal["created", "referenced", "all"]]
    """created: only what the connection made; referenced: what those need; all: not narrowed."""


class ExploredField(Strict):
    """A field that an explorer must show behind a model."""

    key: str
    label: str | None
    type: Literal["DEFAULT", "CUSTOM"]


class FeatureProfile(Strict):
    """What generic feature checks must be told."""

    passthrough: list[PassthroughCase] = []
    only_created: OnlyCreated | None = None
    explored: dict[str, list[ExploredField]] = {}
    """For explorers: model to fields among those that it shows, before any sync."""
    explored_after: list[Step] = []
    """What happens before: newest of all are then records that belong to no model, of which an explorer shows nothing."""
