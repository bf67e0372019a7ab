"""When to try again, and how long to wait first: patience as data, waits through an injected sleep.

Reads are repeated after anything that time may cure. A write is repeated only when it is certain that nothing
happened (no connection, or a refusal by rate limit); otherwise OutcomeUnknown says: look before you repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from typing import TypeVar

from connectors.transport.client import NotSent
from connectors.unified.errors import OutcomeUnknown, RateLimited, RetryLater, Unavailable

T = TypeVar("T")

PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses that time may cure."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How one kind of trouble is waited out."""

    tries: int
    first: float
    """Seconds before the second try; doubled for each further one."""
    at_most: float
    """Longest wait of our own choosing, and also the longest hint of the vendor that is waited out in place."""


Policy = Mapping[type[RetryLater], Patience]

POLICY: Policy = {
    RateLimited: Patience(tries=9, first=1.0, at_most=120.0),
    Unavailable: Patience(tries=5, first=0.5, at_most=30.0),
}


class Retries:
    """Runs attempts under a policy."""

    def __init__(self, *, sleep: Callable[[float], None], random: Random, policy: Policy = POLICY) -> None:
        self._sleep = sleep
        self._random = random
        self._policy = policy

    def read(self, attempt: Callable[[], T]) -> T:
        """Repeat until it works or patience ends; then the last RetryLater rises."""
        return self._run(attempt, repeatable=lambda trouble: True)

    def write(self, attempt: Callable[[], T]) -> T:
        """Repeat only what certainly did nothing.

        Raises:
            OutcomeUnknown: it was sent, and nobody told us what became of it.
        """
        try:
            return self._run(attempt, repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)))
        except (RateLimited, NotSent):
            raise
        except RetryLater as trouble:
            raise OutcomeUnknown(
                f"{trouble}; it may or may not have happened",
                http_status=trouble.http_status,
                vendor_code=trouble.vendor_code,
                operation=trouble.operation,
            ) from trouble

    def pause(self) -> None:
        """One short wait, for giving the vendor time to finish what it is doing."""
        self._sleep(self._jittered(self._policy[Unavailable].first))

    def _run(self, attempt: Callable[[], T], *, repeatable: Callable[[RetryLater], bool]) -> T:
        tried = 0
        while True:
            tried += 1
            try:
                return attempt()
            except RetryLater as trouble:
                wait = self._wait_after(trouble, tried) if repeatable(trouble) else None
                if wait is None:
                    raise
                self._sleep(wait)

    def _wait_after(self, trouble: RetryLater, tried: int) -> float | None:
        """Seconds until the next try; None when there shall be none."""
        patience = next(patience for kind, patience in self._policy.items() if isinstance(trouble, kind))
        if tried >= patience.tries:
            return None
        if trouble.retry_after is not None:
            # Never earlier than asked; the jitter comes on top, so that clients stopped together do not return together.
            return trouble.retry_after + self._random.random() if trouble.retry_after <= patience.at_most else None
        # The exponent is bounded because a float overflows at 2**1024.
        return self._jittered(min(patience.at_most, patience.first * 2.0 ** min(tried - 1, 30)))

    def _jittered(self, seconds: float) -> float:
        return seconds * (0.5 + self._random.random() / 2)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the header asks to wait, from a number or an HTTP date; None when it is absent or unreadable.

    A date is measured against the same reply's Date header: the vendor's own clock, so that ours may be wrong.
    """
    hint = headers.get("retry-after")
    if hint is None:
        return None
    if hint.strip().replace(".", "", 1).isdecimal():
        return float(hint)
    until, now = http_date(hint), http_date(headers.get("date"))
    return None if until is None or now is None else max(0.0, (until - now).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """The moment that a header such as Date names; None when it is absent or unreadable."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
