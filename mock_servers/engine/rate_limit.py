"""A vendor's request limit: so many requests per credential, or account, and fixed window of the tenant's clock; one switch turns it off."""

from __future__ import annotations

from dataclasses import dataclass

from mock_servers.engine.vendors import RateLimitDefaults

FALLBACK_REQUESTS = 100
FALLBACK_WINDOW_SECONDS = 60.0
"""For vendors that publish no number, once somebody turns the limit on."""
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limit says to one request."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    """Until the window ends, on the tenant's clock."""


@dataclass(frozen=True, slots=True)
class RateLimitState:
    """A limit as a snapshot keeps it."""

    on: bool
    requests: int
    window_seconds: float
    counted: dict[str, tuple[int, int]]
    """By counter: (number of the window, requests counted in it)."""


class RateLimit:
    """One tenant's limit and its counters."""

    def __init__(self, defaults: RateLimitDefaults | None) -> None:
        self.defaults = defaults
        self.on = defaults is not None and defaults.on_by_default
        self.requests = defaults.requests if defaults is not None else FALLBACK_REQUESTS
        self.window_seconds = float(defaults.window_seconds) if defaults is not None else FALLBACK_WINDOW_SECONDS
        self._counted: dict[str, tuple[int, int]] = {}

    def set(self, *, on: bool, requests: int | None = None, window_seconds: float | None = None) -> None:
        """Switch it, with other numbers if given; counting starts anew. Raises ValueError."""
        requests = self.requests if requests is None else requests
        window_seconds = self.window_seconds if window_seconds is None else window_seconds
        if requests < 0 or not 0 < window_seconds < float("inf"):
            raise ValueError("a limit needs zero requests or more, in a window longer than zero seconds")
        self.on, self.requests, self.window_seconds = on, requests, float(window_seconds)
        self._counted.clear()

    def count(self, credential_id: str, now: float) -> Verdict:
        """Count one request of a credential at a moment of the tenant's clock. Refused ones do not count."""
        window, used = self._used(credential_id, now)
        allowed = used < self.requests
        used += allowed
        self._counted[self._counter(credential_id)] = (window, used)
        return Verdict(allowed, self.requests, self.requests - used, (window + 1) * self.window_seconds - now)

    def remaining(self, credential_id: str, now: float) -> int:
        """How many requests are left in this window, without counting one."""
        return self.requests - self._used(credential_id, now)[1]

    def usage(self, now: float) -> dict[str, Verdict]:
        """What each counter stands at, by credential id, or under "*" where all share one."""
        window = int(now // self.window_seconds)
        left = (window + 1) * self.window_seconds - now
        used = {counter: count if counted_in == window else 0 for counter, (counted_in, count) in self._counted.items()}
        return {counter: Verdict(count < self.requests, self.requests, self.requests - count, left) for counter, count in used.items()}

    def _used(self, credential_id: str, now: float) -> tuple[int, int]:
        """(this window's number, requests counted in it)."""
        window = int(now // self.window_seconds)
        counted_in, used = self._counted.get(self._counter(credential_id), (window, 0))
        return window, used if counted_in == window else 0

    def _counter(self, credential_id: str) -> str:
        return _ALL if self.defaults is not None and self.defaults.shared else credential_id

    def headers(self, verdict: Verdict) -> tuple[tuple[bytes, bytes], ...]:
        if self.defaults is None or self.defaults.headers is None:
            return ()
        return self.defaults.headers(verdict.limit, verdict.remaining, verdict.reset_seconds)

    def dump(self) -> RateLimitState:
        return RateLimitState(self.on, self.requests, self.window_seconds, dict(self._counted))

    def load(self, state: RateLimitState) -> None:
        """Have these numbers and counters. Raises ValueError for numbers that mean nothing."""
        self.set(on=state.on, requests=state.requests, window_seconds=state.window_seconds)
        self._counted = dict(state.counted)
