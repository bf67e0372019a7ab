"""One attempt to deliver: a real HTTP request, and what it says about the receiver. HTTPX is imported at the first one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from mock_servers.engine.clock import monotonic_seconds
from mock_servers.engine.webhook_log import Attempt

ANSWER_KEPT = 512


class BadReceiver(ValueError):
    """A URL to which nothing can be sent."""


def checked_url(url: str) -> str:
    """Raises BadReceiver."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isprintable() and " " not in url
    except ValueError:
        good = False
    if not good:
        raise BadReceiver(f"{url!r} is no receiver: give an http or https URL")
    return url


async def send(url: str, body: bytes, headers: Mapping[str, str], *, at: float, timeout_seconds: float, verify: bool) -> Attempt:
    """Post it. Only an answer of 2xx in time means that it was taken; a redirect is not followed."""
    import httpx

    started = monotonic_seconds()
    status, answer, error = None, "", None
    try:
        async with asyncio.timeout(timeout_seconds), httpx.AsyncClient(verify=verify, trust_env=False, timeout=timeout_seconds) as client:
            reply = await client.post(url, content=body, headers=dict(headers))
            status, answer = reply.status_code, reply.text[:ANSWER_KEPT]
            error = None if reply.is_success else f"the receiver answered {status}"
    except (TimeoutError, httpx.TimeoutException):
        error = f"no answer within {timeout_seconds:g} s"
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as problem:
        error = _story(problem)
    return Attempt(at, status, error, round((monotonic_seconds() - started) * 1000, 1), answer)


def _story(problem: Exception) -> str:
    text = str(problem)
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
