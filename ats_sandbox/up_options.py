"""What `up` can be told, and its plain arguments read without Typer, which takes a fifth of a start to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class UpOptions:
    """`up`, as it was called."""

    host: str = "127.0.0.1"
    port: int = 0
    """The admin API's; the vendors get the following ones, by name; 0: any free ones."""
    https: bool = True
    https_port: int | None = None
    ca_dir: Path | None = None
    public_urls: tuple[str, ...] = ()
    admin_open: bool = False
    data: Path | None = None
    worlds: tuple[str, ...] = ()
    as_json: bool = False


def read_plainly(arguments: Sequence[str]) -> UpOptions | None:
    """The options, when there is nothing to say about them.

    None for whatever is not plain: help, a mistake, another notation of the same. The whole command (`cli.py`), where the
    options are declared and explained, reads those arguments again; a test holds the two readings against each other.
    """
    found: dict[str, Any] = {}
    left = iter(arguments)
    for argument in left:
        if argument in SWITCHES:
            member, on = SWITCHES[argument]
            found[member] = on
        elif argument in VALUES:
            member, convert = VALUES[argument]
            try:
                value = convert(next(left, ""))
            except ValueError:
                return None
            found[member] = (*found.get(member, ()), *value) if isinstance(value, tuple) else value
        else:
            return None
    return UpOptions(**found)


def _text(word: str) -> str:
    if not word or word.startswith("-"):
        raise ValueError("a value is missing")
    return word


def _texts(word: str) -> tuple[str, ...]:
    return (_text(word),)


def _port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= HIGHEST_PORT):
        raise ValueError("no port")
    return int(word)


def _folder(word: str) -> Path:
    folder = Path(_text(word))
    if folder.exists() and not folder.is_dir():
        raise ValueError("a file")
    return folder


SWITCHES: Mapping[str, tuple[str, bool]] = {
    "--https": ("https", True),
    "--no-https": ("https", False),
    "--admin-open": ("admin_open", True),
    "--json": ("as_json", True),
}
VALUES: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "--host": ("host", _text),
    "--port": ("port", _port),
    "--https-port": ("https_port", _port),
    "--ca-dir": ("ca_dir", _folder),
    "--public-url": ("public_urls", _texts),
    "--data": ("data", _folder),
    "--world": ("worlds", _texts),
}
