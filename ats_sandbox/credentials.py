"""Reads the credential that a person gives on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FORMS = '"api_key=…,subdomain=…", a JSON object, @FILE with a JSON object, or - for a JSON object on standard input'


class BadCredential(ValueError):
    """The text is none of the forms; the message never repeats it."""


def parse(text: str) -> dict[str, str]:
    """A credential from one of FORMS. @FILE and - keep secrets out of the process list. Raises BadCredential."""
    if text == "-":
        return _from_json(sys.stdin.read(), "standard input")
    if text.startswith("@"):
        path = Path(text[1:])
        try:
            return _from_json(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise BadCredential(f"cannot read {path}: {error.strerror}") from error
    if text.lstrip().startswith("{"):
        return _from_json(text, "the given JSON")
    pairs = [part.partition("=") for part in text.split(",")]
    if not all(name.strip() and equals for name, equals, _ in pairs):
        raise BadCredential(f"a credential is {FORMS}")
    return {name.strip(): value for name, _, value in pairs}


def _from_json(text: str, where: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadCredential(f"{where} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise BadCredential(f"{where} must be a JSON object of texts; a credential is {FORMS}")
    return value
