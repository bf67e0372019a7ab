"""Hides secrets in whatever is shown of an exchange: by their value, and by the name under which they are sent."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import quote, quote_plus

MASK = "***"
_SECRET_NAME = re.compile(r"authorization|cookie|api[-_]?key|secret|password|token|signature", re.IGNORECASE)
# A name is looked at once, from its beginning, and given up as a whole: a client may send 60 KB without any "=".
_SECRET_PAIR = re.compile(
    r"(?i)(?<![^?&=\s\"])(?=[^?&=\s\"]*(?:api[-_]?key|secret|password|token|signature|assertion))([^?&=\s\"]*+=)[^&\s]+"
)
_SECRET_MEMBER = re.compile(r'(?i)("(?=[^"]*(?:api[-_]?key|secret|password|access_token|refresh_token))[^"]*+"\s*+:\s*+")(?:[^"\\]|\\.)*')
_SECRET_ELEMENT = re.compile(r"(?i)(<(?:\w++:)?(?:password|sessionid|\w*token)(?:\s[^<>]*+)?>)[^<]*")
_SCHEME = re.compile(r"^(Basic|Bearer|Digest|Token|OAuth) ", re.IGNORECASE)


@lru_cache(maxsize=4096)  # a tenant's journal is read again and again
def _forms(secret: str) -> tuple[str, ...]:
    """The ways to write a secret."""
    return secret, quote(secret, safe=""), quote_plus(secret)


def _may_name_a_secret(text: str) -> bool:
    """Whether _SECRET_MEMBER can find anything: most bodies have no such word, and to look for words alone costs a hundredth."""
    plain = text.casefold()
    return any(word in plain for word in ("key", "secret", "password", "s_token", "h_token"))


class Masker:
    """Hides secrets by value, however they are written, and by the name they are sent under."""

    def __init__(self, secrets: Collection[str]) -> None:
        # One by one: an expression of all of them takes longer to make than it saves.
        self._longest_first = sorted({form for secret in secrets for form in _forms(secret)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        for form in self._longest_first:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def pairs(self, text: str) -> str:
        return _SECRET_PAIR.sub(rf"\1{MASK}", self.text(text))

    def headers(self, headers: Collection[tuple[bytes, bytes]]) -> dict[str, str]:
        return {name.decode("latin-1"): self._header(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers}

    def _header(self, name: str, value: str) -> str:
        if not _SECRET_NAME.search(name):
            return self.pairs(value)
        scheme = _SCHEME.match(value)
        return f"{scheme[0] if scheme is not None else ''}{MASK}"

    def body(self, body: bytes | None, dropped: bool) -> str | None:
        """Text; None when there was none, or room was needed for newer ones."""
        if dropped or not body:
            return None
        text = self.text(body.decode("utf-8", "replace"))
        if _may_name_a_secret(text):
            text = _SECRET_MEMBER.sub(rf"\g<1>{MASK}", text)
        start = text.lstrip()[:1]
        if start == "<":
            return _SECRET_ELEMENT.sub(rf"\g<1>{MASK}", text)
        return text if start in ("{", "[") else self.pairs(text)
