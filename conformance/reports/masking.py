"""Keeps secrets out of whatever is written down of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MASK = "•••"


def masked(value: Any, secrets: tuple[str, ...]) -> Any:
    """The same without any of these texts."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, MASK)
        return value
    if isinstance(value, Mapping):
        return {masked(key, secrets): masked(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, secrets) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else masked(str(value), secrets)
