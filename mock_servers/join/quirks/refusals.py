"""Credentials, errors, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_servers.engine.evidence import Assumed, Evidence, SeenInCode
from mock_servers.engine.quirks import Quirk
from mock_servers.join.quirks.base import CMS_PLUGIN, SILENT, JoinQuirk


@dataclass(frozen=True)
class MissingHeaderIs422(JoinQuirk):
    """A request without the Authorization header is answered 422 like any other invalid input; off: 401."""

    name: ClassVar[str] = "missing_header_is_422"
    evidence: ClassVar[Evidence] = SeenInCode("two public notes report 422 for a bare GET of the jobs; the cause is inferred")


@dataclass(frozen=True)
class ErrorTypes(JoinQuirk):
    """`error.type` names the kind of refusal, in these words; off: it is always "Error"."""

    name: ClassVar[str] = "error_types"
    evidence: ClassVar[Evidence] = Assumed("the body's shape is seen in code, the vocabulary of `type` is not known; these words are ours")
    bad_request: str = "BadRequestError"
    unauthorized: str = "UnauthorizedError"
    forbidden: str = "ForbiddenError"
    not_found: str = "NotFoundError"
    conflict: str = "ConflictError"
    validation: str = "ValidationError"
    too_many_requests: str = "TooManyRequestsError"
    internal: str = "InternalError"


@dataclass(frozen=True)
class FlatErrors(JoinQuirk):
    """Errors are {"message": ...} without the `error` object around it."""

    name: ClassVar[str] = "flat_errors"
    evidence: ClassVar[Evidence] = SeenInCode(f"{CMS_PLUGIN} falls back to a top-level message; never seen on the wire")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class RetryAfterHeader(JoinQuirk):
    """A 429 carries Retry-After beside x-ratelimit-reset."""

    name: ClassVar[str] = "retry_after_header"
    evidence: ClassVar[Evidence] = SeenInCode("a public importer honours it when it is there; whether JOIN sends it is not known")
    on_by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class UnknownInputRefused(JoinQuirk):
    """Query parameters and body fields that an endpoint does not know are answered 422; off: they are ignored."""

    name: ClassVar[str] = "unknown_input_refused"
    evidence: ClassVar[Evidence] = Assumed(f"{SILENT} whether the schema validation is strict; ignoring is the commoner habit")
    on_by_default: ClassVar[bool] = False


QUIRKS: tuple[type[Quirk], ...] = (
    MissingHeaderIs422,
    ErrorTypes,
    FlatErrors,
    RetryAfterHeader,
    UnknownInputRefused,
)
