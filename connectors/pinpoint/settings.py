"""What a customer sets on a connection: checked at the door, so that nothing behind it has to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.pinpoint.manifest import MANIFEST
from connectors.unified.errors import Invalid

SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.IGNORECASE)


class Settings(BaseModel):
    """The defaults stand in the manifest too, for those who only read promises; a test holds them equal."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    page_size: int = Field(100, ge=1, le=1000)
    delta_overlap_seconds: int = Field(60, ge=0)
    """Changes may be dated before a read and seen only after it."""
    timeout_seconds: int = Field(60, ge=1)
    max_file_bytes: int = Field(30_000_000, ge=1)
    """Of a file that is downloaded to be sent on. Assumed: Pinpoint states this limit for cover letters only."""
    skip_notifications: bool = False
    """Keeps Pinpoint from mailing applicants and users about applications made here."""
    seed: int | None = None
    """Makes the jitter of waits repeatable."""


def settings(given: Mapping[str, Any] | None) -> Settings:
    """Raises Invalid, naming each setting that is unknown or out of its range."""
    try:
        return Settings.model_validate(dict(given) if given is not None else {})
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise Invalid(f"Pinpoint settings: {problems}; known are {', '.join(Settings.model_fields)}") from None


@dataclass(frozen=True, slots=True)
class Credential:
    """One API key."""

    api_key: str = field(repr=False)
    subdomain: str | None


def credential(given: Mapping[str, str]) -> Credential:
    """Raises Invalid; its message never holds a value of the key."""
    known = {item.name for item in MANIFEST.credential}
    unknown = sorted(set(given) - known)
    if unknown:
        raise Invalid(f"Pinpoint credential: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    # Copied from a page or read from a file, a value often has blanks or an end of line around it, which are no part of it.
    values = {name: value.strip() for name, value in given.items()}
    api_key, subdomain = values.get("api_key", ""), values.get("subdomain")
    if not api_key or not api_key.isascii() or not api_key.isprintable():
        raise Invalid("Pinpoint credential: api_key is missing or no printable ASCII text")
    if subdomain is not None and not SUBDOMAIN.fullmatch(subdomain):
        raise Invalid(f"Pinpoint credential: subdomain {subdomain!r} is no host label; of https://acme.pinpointhq.com it is acme")
    return Credential(api_key, subdomain)


def home(base_url: str, subdomain: str | None) -> str:
    """The account's root. `{subdomain}` in it is filled in, and an API path left on it by habit is taken off."""
    if "{subdomain}" in base_url:
        if subdomain is None:
            raise Invalid(f"Pinpoint credential: the base URL {base_url!r} needs a subdomain")
        base_url = base_url.replace("{subdomain}", subdomain)
    return base_url.rstrip("/").removesuffix("/api/v1")
