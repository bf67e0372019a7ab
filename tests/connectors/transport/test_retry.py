"""Reads are repeated patiently; writes only when it is certain that nothing happened."""

from __future__ import annotations

from random import Random

import pytest

from connectors.transport.client import AnswerLost, NotSent
from connectors.transport.retry import POLICY, Retries, retry_after
from connectors.unified.errors import Invalid, OutcomeUnknown, RateLimited, Unavailable

DATE = "Tue, 03 Mar 2026 10:00:00 GMT"


class Attempts:
    """Fails with each of the troubles in turn, then works."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        if self.troubles:
            raise self.troubles.pop(0)
        return "done"


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def retries(waits) -> Retries:
    return Retries(sleep=waits.append, random=Random(1))


@pytest.mark.parametrize("trouble", [RateLimited, Unavailable, AnswerLost, NotSent])
def test_a_read_is_repeated(retries, waits, trouble):
    attempts = Attempts(trouble("x"), trouble("x"))

    assert retries.read(attempts) == "done"
    assert (attempts.made, len(waits)) == (3, 2)


def test_waits_grow_and_are_jittered_within_bounds(retries, waits):
    retries.read(Attempts(*[RateLimited("x")] * 8))

    for turn, wait in enumerate(waits):
        longest = min(120.0, 2.0**turn)
        assert longest / 2 <= wait <= longest
    assert len(set(waits)) == len(waits)


@pytest.mark.parametrize("kind", [RateLimited, Unavailable])
def test_patience_ends(retries, kind):
    attempts = Attempts(*[kind("the last words")] * 99)

    with pytest.raises(kind, match="the last words"):
        retries.read(attempts)
    assert POLICY[kind].tries == attempts.made


def test_nothing_is_asked_before_the_vendors_hint(retries, waits):
    retries.read(Attempts(RateLimited("x", retry_after=30.0)))

    assert 30.0 <= waits[0] <= 31.0


def test_a_hint_beyond_patience_is_left_to_the_caller(retries, waits):
    with pytest.raises(RateLimited) as raised:
        retries.read(Attempts(RateLimited("x", retry_after=3600.0)))
    assert (raised.value.retry_after, waits) == (3600.0, [])


def test_what_time_does_not_cure_is_not_repeated(retries, waits):
    attempts = Attempts(Invalid("x"))

    with pytest.raises(Invalid):
        retries.read(attempts)
    assert (attempts.made, waits) == (1, [])


@pytest.mark.parametrize("trouble", [RateLimited, NotSent])
def test_a_write_that_did_nothing_is_repeated(retries, trouble):
    attempts = Attempts(trouble("x"))

    assert retries.write(attempts) == "done"
    assert attempts.made == 2


@pytest.mark.parametrize("trouble", [AnswerLost, Unavailable])
def test_a_write_that_may_have_happened_is_never_repeated(retries, waits, trouble):
    attempts = Attempts(trouble("x", http_status=502))

    with pytest.raises(OutcomeUnknown) as raised:
        retries.write(attempts)
    assert (attempts.made, waits, raised.value.http_status) == (1, [], 502)


def test_a_write_refused_to_the_end_says_so(retries):
    with pytest.raises(RateLimited):
        retries.write(Attempts(*[RateLimited("x")] * 99))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Tue, 03 Mar 2026 10:00:30 GMT", "date": DATE}, 30.0),
        ({"retry-after": "Tue, 03 Mar 2026 09:00:00 GMT", "date": DATE}, 0.0),
        ({"retry-after": "Tue, 03 Mar 2026 10:00:30 GMT"}, None),
    ],
)
def test_the_header_is_read_as_seconds_or_date(headers, seconds):
    assert seconds == retry_after(headers)
