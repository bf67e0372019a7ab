"""The unified error codes: which one each of a connector's errors becomes, and the hub's own."""

from __future__ import annotations

from connectors.unified.errors import (
    AlreadyExists,
    ConnectorError,
    FixInput,
    JobClosed,
    NotSupported,
    OutcomeUnknown,
    PermissionMissing,
    RateLimited,
    Unauthorized,
    Unavailable,
)

INPUT_INVALID = "PLATFORM.INPUT_INVALID"
SETUP_SYNC_PENDING = "INTEGRATION.SETUP_SYNC_PENDING"
MODEL_DISABLED = "INTEGRATION.MODEL_DISABLED"
MODEL_NOT_AVAILABLE = "INTEGRATION.MODEL_NOT_AVAILABLE"
ACTION_DISABLED = "INTEGRATION.ACTION_DISABLED"
ACTION_NOT_AVAILABLE = "INTEGRATION.ACTION_NOT_AVAILABLE"

# The first row that fits counts, so the particular stands before the general.
CODES: tuple[tuple[type[ConnectorError], str], ...] = (
    (RateLimited, "REMOTE.RATE_LIMIT_EXCEEDED"),
    (Unavailable, "REMOTE.SERVICE_UNAVAILABLE"),
    (OutcomeUnknown, "REMOTE.SERVICE_UNAVAILABLE"),
    (Unauthorized, "INTEGRATION.AUTHENTICATION_INVALID"),
    (PermissionMissing, "INTEGRATION.PERMISSION_MISSING"),
    (JobClosed, "ATS.JOB_CLOSED"),
    (AlreadyExists, "ATS.APPLICATION_ALREADY_EXISTS"),
    (FixInput, "REMOTE.INPUT_INVALID"),
    (NotSupported, ACTION_NOT_AVAILABLE),
    (ConnectorError, "REMOTE.UNKNOWN_HTTP_ERROR"),  # WrongHost, UnexpectedReply
)


class Refused(Exception):
    """The hub itself refuses an action, before the vendor hears of it. `code` is a unified error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def code_of(error: ConnectorError) -> str:
    """The unified code that a client branches on."""
    return next(code for kind, code in CODES if isinstance(error, kind))
