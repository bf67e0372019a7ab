"""Keeps secrets out of everything that the hub says: a second net, for a connector whose messages are careless."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, quote_plus

from connectors.unified.connector import Diagnostic

MASK = "•••"
SHORTEST = 4
"""Anything shorter would blank out ordinary words."""
SHORTEST_LINE = 16
"""A line of a secret of several lines (a private key) is one itself from this length on."""
SHORTEST_BASE64 = 8
"""What is left of a very short secret in base64 could be anything."""


class Redactor:
    """Replaces the values of one credential, wherever they turn up in a text and in whatever form they were sent."""

    def __init__(self, credential: Mapping[str, str], public: frozenset[str] = frozenset()) -> None:
        secrets = {form for name, value in credential.items() if name not in public for form in _forms(value)}
        self._secrets = sorted(secrets, key=len, reverse=True)

    def __repr__(self) -> str:
        return "Redactor()"

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def optional(self, text: str | None) -> str | None:
        return None if text is None else self.text(text)

    def diagnostic(self, diagnostic: Diagnostic) -> Diagnostic:
        return replace(
            diagnostic,
            vendor_code=self.optional(diagnostic.vendor_code),
            remedy=self.optional(diagnostic.remedy),
            detail=self.optional(diagnostic.detail),
        )


def _forms(value: str) -> Iterator[str]:
    """A secret as it was given, and as it may be on its way: stripped, by lines, in a URL, in JSON, in base64."""
    lines = [line for line in value.split("\n") if len(line.strip()) >= SHORTEST_LINE and not line.startswith("-----")]
    for plain in {value, value.strip(), *(line.strip() for line in lines)}:
        if len(plain.strip()) < SHORTEST:
            continue
        encoded = {quote(plain, safe=""), quote(plain), quote_plus(plain)}
        yield from (plain, *encoded, *(form.lower() for form in encoded if "%" in form))
        yield from (json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1], repr(plain)[1:-1])
        yield from (form for form in _in_base64(plain.encode()) if len(form) >= SHORTEST_BASE64)


def _in_base64(secret: bytes) -> Iterator[str]:
    """What every base64 text that holds the secret has in common, for each of the three places where it can begin in one.

    Basic authentication, for one, writes "name:secret": three bytes become four characters, so that only those characters
    are the secret's own which share no byte with what stands around it.
    """
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret)
        first, end = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        own = whole[first:end].decode()
        yield from (own, own.replace("+", "-").replace("/", "_"))
