"""The format of fixtures/<vendor>/exchanges.yaml: requests to one simulated vendor, its replies, and how sure each is.

In paths, header values and JSON of requests, "{name}" is replaced when a name is known: the secrets of the credential in
use, `base_url`, `tenant`, and what earlier requests of the same exchange were told to `take`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from conformance.fixture_models import Key, Step, Strict, Touch, load

FILE = "exchanges.yaml"


class EvidenceNote(Strict):
    kind: Literal["documented", "seen in code", "assumed"]
    text: Annotated[str, Field(min_length=8)]


class Request(Strict):
    method: str
    path: str
    """Below the vendor's root, with its query; or a whole address."""
    headers: dict[str, str] = {}
    """Beside those of the file's head; "" means: do not send this one."""
    json_: Any = Field(default=None, alias="json")
    text: str | None = None
    """A body that is no JSON, or not meant to be."""


class Part(Strict):
    """A part of a reply: the value at a dotted path, or only what an expression matches of it."""

    path: str
    pattern: str = ".*"


class EarlierRequest(Strict):
    """A request that must succeed, and what later ones need of its reply."""

    request: Request
    take: dict[str, str | Part] = {}
    """{name: dotted path, or a part of what stands there}."""


class ExpectedReply(Strict):
    status: int
    json_: Any = Field(default=None, alias="json")
    """The whole body, exactly."""
    contains: dict[str, Any] = {}
    """Dotted paths and their values (expected notation)."""
    absent: list[str] = []
    """Dotted paths that are not there."""
    headers: dict[str, Any] = {}
    """In expected notation; "" means: this header is not there."""

    @model_validator(mode="after")
    def _says_something(self) -> ExpectedReply:
        if "json_" in self.model_fields_set and (self.contains or self.absent):
            raise ValueError("a reply is given either whole (json) or by contains and absent")
        return self

    @property
    def refuses(self) -> bool:
        return self.status >= 400


class RecordedExchange(Strict):
    """One request and the vendor's reply, in a fresh tenant."""

    id: Key
    about: str
    evidence: EvidenceNote
    rule: str | None = None
    """For a refusal: the rule that was broken. Two ids of one rule are one refusal."""
    quirk: str | None = None
    quirk_on: bool | dict[str, Any] | None = None
    options: dict[str, Any] = {}
    permissions: list[str] | str | None = None
    """A credential with these, or with this preset; None: the one of the tenant, which may do all."""
    setup: list[Step] = []
    before: list[EarlierRequest] = []
    meanwhile: list[Step] = []
    """Steps between the earlier requests and this one."""
    request: Request
    reply: ExpectedReply

    @model_validator(mode="after")
    def _pairs(self) -> RecordedExchange:
        if (self.quirk is None) != (self.quirk_on is None):
            raise ValueError("quirk and quirk_on belong together")
        if (self.rule is not None) != self.reply.refuses:
            raise ValueError("a reply of 400 and above names the rule that was broken; no other does")
        return self


class Exchanges(Strict):
    """One vendor's file. `refusals` is how many different rules of refusal it promises to show."""

    scenario: str
    refusals: int
    headers: dict[str, str]
    """Sent with every request: at least how the vendor's clients show their credential."""
    before: list[EarlierRequest] = []
    """Requests that come first in every exchange, e.g. a login."""
    touch: Touch = Touch()
    exchanges: list[RecordedExchange]

    @model_validator(mode="after")
    def _own_ids(self) -> Exchanges:
        ids = [exchange.id for exchange in self.exchanges]
        twice = sorted({id for id in ids if ids.count(id) > 1})
        if twice:
            raise ValueError(f"the ids {', '.join(twice)} stand there twice")
        return self


def load_exchanges(vendor_folder: Path) -> Exchanges:
    """Raises FixtureError."""
    return load(vendor_folder / FILE, Exchanges)  # type: ignore[no-any-return]
