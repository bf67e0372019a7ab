"""Names that people give: of tenants, which stand in host names, and of snapshots, which stand in file names."""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class BadName(ValueError):
    """Not of the form that may stand as the first label of a host name."""


def checked_name(name: str) -> str:
    """The name itself. Raises BadName."""
    if not _NAME.fullmatch(name):
        raise BadName(f"{name!r} cannot be a name: at most 40 of a-z, 0-9 and dashes inside, as in a host name")
    return name
