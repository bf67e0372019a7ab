"""Whether a text gives a secret away, in whatever form: as it is, in an address, in JSON, in base64.

It is the text that is looked through here, and not the secret that is written in all forms: whoever does it the other way
round is judged by other means than his own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote_plus

SHORTEST_SECRET = 4
SHORTEST_LINE = 20
"""Of a key of several lines each one of this length, without the frame around them, is a secret."""
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
ESCAPED = re.compile(r"""\\+(["'\\/])""")


def secret_parts(value: str) -> Iterator[str]:
    """What of a credential's value nobody may say: the value as it was meant, and its long lines."""
    meant = value.strip()
    if len(meant) >= SHORTEST_SECRET:
        yield meant
        lines = [line.strip() for line in meant.splitlines() if not line.startswith("-----")]
        yield from (line for line in lines if len(line) >= SHORTEST_LINE)


def reveals(text: str, secrets: Collection[str]) -> bool:
    """Whether one of the secrets can be read in the text."""
    return any(secret in form for form in _forms(text) for secret in secrets)


def _forms(text: str) -> Iterator[str]:
    yield text
    if "%" in text:
        yield unquote_plus(text)
    if "\\" in text:
        yield ESCAPED.sub(r"\1", text)
    for found in BASE64.findall(text):
        yield _decoded(found)


def _decoded(found: str) -> str:
    standard = found.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4)).decode("utf-8", "replace")
    except binascii.Error:
        return ""
