"""profile.yaml: credentials and how the vendor refuses."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from conformance.fixture_models.base import Strict
from conformance.fixture_models.steps import Step


class MaskedFirst(Strict):
    """What makes the vendor mask values of the first records of its lists, and leaves others of them as they were."""

    steps: Annotated[list[Step], Field(min_length=1)]
    fields: Annotated[list[str], Field(min_length=1)]
    """Model.field of the masked values."""


class PutOff(Strict):
    """Refusals by which the vendor says in words of its own, whatever the status, that it did nothing and may do it later: each by
    the status of a fault that makes the sandbox say them."""

    reads: list[int] = []
    writes: list[int] = []


class CredentialProfile(Strict):
    """A credential that customers really hand out, and what it can do."""

    about: str | None = None
    permissions: list[str] | None = None
    preset: str | None = None
    readable: list[str] = []
    denied: dict[str, list[str]] = {}
    """"Model" or "Model.field" to the missing permissions that a diagnostic must name."""
    actions: dict[str, list[str]] = {}
    """Case id in actions.yaml to the missing permissions; [] means that the case works as with all permissions."""

    @model_validator(mode="after")
    def _one(self) -> CredentialProfile:
        if (self.permissions is None) == (self.preset is None):
            raise ValueError("a credential has exactly one of permissions and preset")
        return self


class Denial(Strict):
    """Another shape in which the vendor may deny (left out, concealed), and what is then denied."""

    why: str
    quirk: dict[str, bool | dict[str, Any]]
    """As in a step."""
    denied_by: dict[str, dict[str, list[str]]]
    """As in the profile, for this shape: what it does not name is denied as ever."""
