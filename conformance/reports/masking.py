"""Keeps secrets out of whatever is written down of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MASK = "•••"


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """The same without any of these texts; of two that overlap the longer one is taken out."""
    texts = set(_texts(value))
    # A run mints thousands of secrets, next to none of which were said, and a report says most of its texts many times over.
    everything = "\n".join(texts)
    said = [secret for secret in sorted(secrets, key=len, reverse=True) if secret in everything]
    return _rebuilt(value, {text: _without(text, said) for text in texts})


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif not _is_plain(value):
        yield str(value)


def _rebuilt(value: Any, clean: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {_rebuilt(key, clean): _rebuilt(inner, clean) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rebuilt(inner, clean) for inner in value]
    return value if _is_plain(value) else clean[str(value)]


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float)
