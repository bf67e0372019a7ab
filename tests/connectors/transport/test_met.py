"""A row is news when it was not met lately, or has changed; what is remembered has an end."""

from __future__ import annotations

from connectors.transport.met import Met


def test_a_row_is_news_once_in_each_version():
    met = Met()

    assert [met.is_news("a", 1), met.is_news("a", 1), met.is_news("a", 2), met.is_news("a", 2)] == [True, False, True, False]


def test_a_row_without_a_version_is_news_once():
    met = Met()

    assert [met.is_news("a", None), met.is_news("a", None)] == [True, False]


def test_the_rows_met_last_are_remembered():
    """Also a row met again counts as met last."""
    met = Met(remembered=3)
    for key in ("a", "b", "c", "a", "d"):
        met.is_news(key, 1)

    assert [met.is_news(key, 1) for key in ("a", "c", "d")] == [False, False, False]
    assert met.is_news("b", 1)
