"""What can go wrong between a connector and a vendor, grouped by what the caller can do about it.

ConnectorError
├── RetryLater            wait and try again
│   ├── RateLimited         the vendor said: too many requests
│   └── Unavailable         5xx, no connection, a reply cut off
├── FixConnection         change the connection, not the call
│   ├── Unauthorized        the credential is missing, wrong, expired or revoked
│   ├── PermissionMissing   the credential is good but may not do this
│   └── WrongHost           what answers there is not this vendor
├── FixInput              change the call
│   ├── Invalid             the vendor (or our own validation) refused the values
│   ├── NotFound            no such record
│   └── Conflict            it exists already, or its state forbids it
├── NotSupported          never: the connector does not promise this
├── OutcomeUnknown        a write was sent and its answer lost; look before you repeat
└── UnexpectedReply       our bug, or the vendor changed: a reply we cannot read
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Base of all. Never holds a secret: messages name operation, status and the vendor's own words."""

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        vendor_code: str | None = None,
        operation: str | None = None,
        missing_permissions: tuple[str, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.vendor_code = vendor_code
        self.operation = operation
        self.missing_permissions = missing_permissions
        self.retry_after = retry_after


class RetryLater(ConnectorError):
    """Wait and try again."""


class RateLimited(RetryLater):
    """The vendor said: too many requests. `retry_after` is in seconds when the vendor gave a hint."""


class Unavailable(RetryLater):
    """The vendor is down, or its reply never arrived whole."""


class FixConnection(ConnectorError):
    """Change the connection, not the call."""


class Unauthorized(FixConnection):
    """The credential is missing, wrong, expired or revoked."""


class PermissionMissing(FixConnection):
    """The credential is good but may not do this; `missing_permissions` names what it lacks."""


class WrongHost(FixConnection):
    """What answers at the base URL is not this vendor."""


class FixInput(ConnectorError):
    """Change the call."""


class Invalid(FixInput):
    """The vendor, or our own validation, refused the values."""


class NotFound(FixInput):
    """No such record."""


class Conflict(FixInput):
    """It exists already, or its state forbids it."""


class JobClosed(Conflict):
    """The job takes no applications."""


class AlreadyExists(Conflict):
    """The person has already applied to this job."""


class NotSupported(ConnectorError):
    """The connector does not promise this."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and its answer lost. Look whether it happened before repeating it."""


class UnexpectedReply(ConnectorError):
    """A reply that cannot be read: our bug, or the vendor changed."""
