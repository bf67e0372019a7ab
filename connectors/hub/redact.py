"""Keeps secrets out of everything that the hub says: a second net, for a connector whose messages are careless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.unified.connector import Diagnostic

MASK = "•••"
SHORTEST = 4
"""Anything shorter would blank out ordinary words."""


class Redactor:
    """Replaces the values of one credential, wherever they turn up in a text."""

    def __init__(self, credential: Mapping[str, str], public: frozenset[str] = frozenset()) -> None:
        secrets = {value for name, value in credential.items() if name not in public and len(value) >= SHORTEST}
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
