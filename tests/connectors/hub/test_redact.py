"""No form of a secret gets past the redactor."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from connectors.hub.redact import MASK, Redactor

SECRET = 'p/ä+ "s3cret\\word=='


def basic(name: str, secret: str) -> str:
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        SECRET.strip(),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote(SECRET),
        quote_plus(SECRET),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
    ],
)
def test_a_secret_is_struck_out_in_every_form_in_which_it_is_sent(form: str) -> None:
    """As it is, in an address, in JSON, as Python shows a text."""
    said = Redactor({"token": SECRET}).text(f"refused: {form}!")

    assert MASK in said
    assert "s3cret" not in said


@pytest.mark.parametrize("given", [f"{SECRET}\n", f"  {SECRET}", f"{SECRET}\r\n"])
def test_a_secret_that_was_given_with_space_around_it_is_the_stripped_one(given: str) -> None:
    """Connectors strip what people paste."""
    assert "s3cret" not in Redactor({"token": given}).text(f"refused: {SECRET}")


@pytest.mark.parametrize("name", ["", "a", "ab", "abc", "someone@example.org"])
@pytest.mark.parametrize("after", ["", "x", "xy"])
def test_a_secret_is_struck_out_of_basic_authentication(name: str, after: str) -> None:
    """Wherever it begins and ends among the three bytes that become four characters."""
    secret = "correct-horse-battery"
    sent = basic(name, secret + after)
    said = Redactor({"password": secret}).text(f"Authorization: Basic {sent}")

    left = said.removeprefix("Authorization: Basic ").split(MASK)
    assert len(left) == 2
    assert len(left[0]) + len(left[1]) <= len(sent) - len(secret) * 4 // 3 + 2


def test_a_line_of_a_key_is_a_secret_and_its_frame_is_not() -> None:
    """A library that cannot read a key quotes the line that it stumbled over."""
    lines = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj", "Zg=="]
    redactor = Redactor({"private_key": "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----"])})

    assert redactor.text(f"no key: {lines[1]}") == f"no key: {MASK}"
    assert redactor.text("expected -----BEGIN PRIVATE KEY-----") == "expected -----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize("text", ["account acme: refused", "the", "an ordinary sentence about tokens"])
def test_ordinary_words_stay(text: str) -> None:
    """What is public, and what is too short to be a secret, would blank out half of every message."""
    redactor = Redactor({"token": SECRET, "account": "acme", "pin": "the"}, frozenset({"account"}))

    assert redactor.text(text) == text
