"""What a customer sets on a connection: checked at the door, so that nothing behind it has to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from connectors.asymbl.columns import TEAM
from connectors.asymbl.manifest import MANIFEST
from connectors.unified.errors import Invalid
from connectors.unified.models import HiringTeamRole

Way = Literal["jwt_bearer", "refresh_token", "password", "client_credentials", "soap", "access_token"]
"""How a session is had. In this order: what lasts comes before what ends."""

NEEDED: Mapping[Way, tuple[str, ...]] = {
    "jwt_bearer": ("private_key", "client_id", "username"),
    "refresh_token": ("refresh_token", "client_id"),
    "password": ("username", "password", "client_id"),
    "client_credentials": ("client_id", "client_secret"),
    "soap": ("username", "password"),
    "access_token": ("access_token",),
}
"""The credential's fields without which a way is closed."""

CHOSEN_BY_PEOPLE = frozenset({"password"})
"""Of the credential's fields those in which a blank at an end counts. All others are made by machine, and a blank came by copying."""

CUSTOMIZED = ("Jobs", "Candidates", "Applications")
"""Models with integration fields."""


class Settings(BaseModel):
    """The defaults stand in the manifest too, for those who only read promises; a test holds them equal."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sign_in: Way | None = None
    """Which way to sign in, if the credential's values allow several."""
    audience: str | None = Field(None, min_length=1)
    """Of the signed assertion, where it is not the base URL."""
    api_version: str = Field("63.0", pattern=r"^\d{2}\.0$")
    page_size: int = Field(2000, ge=200, le=2000)
    """Salesforce may send fewer: wide records make smaller pages."""
    bulk_above: int | None = Field(50_000, ge=0)
    """Lists with more rows are read by Bulk API 2.0, which spares the daily allowance of requests; None: never."""
    bulk_page_rows: int = Field(20_000, ge=1)
    delta_overlap_seconds: int = Field(300, ge=0)
    """A change may be committed after a read that came later than its time stamp."""
    timeout_seconds: int = Field(120, ge=1)
    """Salesforce itself ends a query after 120 seconds."""
    max_file_bytes: int = Field(25_000_000, ge=1, le=28_000_000)
    """Of a file that is sent or fetched. More than 28 million bytes do not fit into a JSON request (37.5 MB of base64)."""
    candidates: Literal["with_application", "record_type"] = "with_application"
    """Which contacts are candidates: those with an application, or those of the record type below."""
    candidate_record_type: str = Field("Candidate", min_length=1)
    hired_stages: list[str] = ["Hired", "Placed", "Placement"]
    """Types or names of stages in which an application counts as HIRED; letter case does not matter."""
    team_roles: dict[str, HiringTeamRole | None] = {
        "OwnerId": "RECRUITER",
        "bpats__Delivery_Lead__c": "RECRUITER",
        "bpats__Sales_Lead__c": None,
        "bpats__Hiring_Manager__c": "HIRING_MANAGER",
    }
    """The job's column that names a person to that person's role; None: on the team without a role. What is absent is not on it."""
    currency: str | None = Field(None, min_length=3, max_length=3)
    """Of accounts with a single currency, which write it on no record."""
    integration_fields: dict[str, list[str]] = {}
    """Model to the API names of the fields to be delivered as integration fields."""
    seed: int | None = None
    """Makes the jitter of waits repeatable."""

    @field_validator("team_roles")
    @classmethod
    def _known_people(cls, chosen: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(chosen) - set(TEAM))
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; a job names people in {', '.join(TEAM)}")
        return chosen

    @field_validator("integration_fields")
    @classmethod
    def _known_models(cls, chosen: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(chosen) - set(CUSTOMIZED))
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; models with integration fields are {', '.join(CUSTOMIZED)}")
        return chosen


def settings(given: Mapping[str, Any] | None) -> Settings:
    """Raises Invalid, naming each setting that is unknown or out of its range."""
    try:
        return Settings.model_validate(dict(given) if given is not None else {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise Invalid(f"Asymbl settings: {problems}; known are {', '.join(Settings.model_fields)}") from None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a session is had with. Nothing of it is ever shown."""

    way: Way
    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str | None:
        """One value, if it was given."""
        return self.values.get(name)

    def __getitem__(self, name: str) -> str:
        return self.values[name]


def credential(given: Mapping[str, str], named: Way | None = None) -> Credential:
    """The way that is named, else the first that the values allow. Raises Invalid; its message never holds a value."""
    known = [item.name for item in MANIFEST.credential]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Invalid(f"Asymbl credential: unknown {', '.join(unknown)}; known are {', '.join(known)}")
    values = {name: _pasted(name, value) for name, value in given.items() if value.strip()}
    open_ways: list[Way] = [way for way in NEEDED if all(name in values for name in NEEDED[way])]
    if named is not None and named not in open_ways:
        ways = "; ".join(f"{way}: {', '.join(names)}" for way, names in NEEDED.items())
        raise Invalid(f"Asymbl credential: sign_in {named!r} cannot be used with what was given; ways and their fields are {ways}")
    if not open_ways:
        ways = "; ".join(f"{way}: {', '.join(names)}" for way, names in NEEDED.items())
        raise Invalid(f"Asymbl credential: {', '.join(sorted(values)) or 'nothing'} is not enough; give the fields of one of {ways}")
    return Credential(named or open_ways[0], values)


def _pasted(name: str, value: str) -> str:
    """The value without what copying it may have put around it."""
    return value.strip("\r\n") if name in CHOSEN_BY_PEOPLE else value.strip()


def home(base_url: str) -> str:
    """The address to sign in at; an API path left on it by habit is taken off."""
    return re.sub(r"/services(/.*)?$", "", base_url.rstrip("/"))
