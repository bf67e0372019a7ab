"""What the admin API takes: one model for each body, refusing members that it does not know."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Moment = Annotated[datetime, AfterValidator(lambda at: at if at.tzinfo is not None else at.replace(tzinfo=UTC))]
"""An ISO date-time; one without an offset is UTC."""
Permissions = list[str] | str
"""Names of permissions, the name of a preset, or "all"."""
Seconds = Annotated[float, Field(ge=0, le=10_000_000_000, allow_inf_nan=False)]


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockWish(Wish):
    frozen: bool | None = Field(default=None, description="Whether the clock stands still.")
    at: Moment | None = Field(default=None, description="Where it is set; null leaves it where it is.")


class Advance(Wish):
    seconds: Seconds


class TenantWish(Wish):
    vendor: str
    scenario: str | None = Field(default=None, description="Null for the vendor's default; `empty` for an account without data.")
    world: dict[str, int] | None = Field(
        default=None, description="In place of a scenario: the sizes of a large world, and its `seed`. GET /vendors tells what there is."
    )
    name: str | None = Field(default=None, description="Usable as the first label of a host name; null to have one chosen.")
    clock: ClockWish = Field(default_factory=ClockWish)
    quirks: dict[str, bool | dict[str, Any]] = Field(default={}, description="By name: on, off, or on with these settings.")
    options: dict[str, Any] = {}
    permissions: Permissions = Field(default="all", description="Of the first credential.")


class ForkWish(Wish):
    name: str | None = None


class SnapshotWish(Wish):
    name: str | None = Field(default=None, description="Usable in a file name; null to have one chosen.")


class CredentialWish(Wish):
    name: str | None = None
    permissions: Permissions = "all"
    expires_at: Moment | None = None
    expires_in: Annotated[float, Field(allow_inf_nan=False, ge=-10_000_000_000, le=10_000_000_000)] | None = Field(
        None, description="Seconds from the tenant's now; below zero: it has expired already."
    )


class Said(Wish):
    text: str = Field(description="Anything that a client said: an error, a log.")


class CredentialChange(Wish):
    permissions: Permissions | None = None
    expires_at: Moment | None = Field(default=None, description="Null, when sent: never.")


class QuirkWish(Wish):
    on: bool
    settings: dict[str, Any] = {}


class RateLimitWish(Wish):
    on: bool
    requests: Annotated[int, Field(ge=0)] | None = None
    window_seconds: Annotated[float, Field(gt=0, le=10_000_000_000, allow_inf_nan=False)] | None = None


class RuleWish(BaseModel):
    """When a fault strikes; every other member is a setting of its kind."""

    model_config = ConfigDict(extra="allow")

    kind: str
    operation: str | None = Field(default=None, description="An operation's id, or a pattern like `jobs.*`.")
    method: Annotated[str, AfterValidator(str.upper)] | None = None
    path: str | None = Field(default=None, description="A pattern of paths below the vendor's root.")
    record: str | None = Field(default=None, description="An id in the path; in phase after also of a record that was changed.")
    phase: Literal["before", "after"] | None = Field(default=None, description="After: the work is done, then its answer is spoiled.")
    skip: Annotated[int, Field(ge=0)] = Field(default=0, description="So many matching requests are let through first.")
    times: Annotated[int, Field(ge=1)] | None = Field(default=1, description="How often it strikes; null: always.")
    chance: Annotated[float, Field(gt=0, le=1)] = Field(default=1, description="Of being struck, for each matching request.")
    seed: int = Field(default=0, description="The same seed and requests, the same strikes.")
    expires_in: Seconds | None = Field(default=None, description="Seconds on the tenant's clock until the rule is gone.")
