"""Names that people give: of tenants, which stand in host names, of snapshots, which stand in file names, of data folders."""

from __future__ import annotations

import re

ADMIN = "_sandbox"
"""The admin API's place on the main port."""
DEFAULT_NAME = "demo"
"""Of the tenant that each vendor has from the start."""
DEFAULT_SEED = "ats-sandbox"
"""Of every secret that is made up."""

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class BadName(ValueError):
    """Not of the form that may stand as the first label of a host name."""


class UnreadableFolder(ValueError):
    """The folder is in use, was written by another version, or is broken. Nothing in it was changed."""


class BadWorld(ValueError):
    """No such size, or one that cannot be."""


def checked_name(name: str) -> str:
    """The name itself. Raises BadName."""
    if not _NAME.fullmatch(name):
        raise BadName(f"{name!r} cannot be a name: at most 40 of a-z, 0-9 and dashes inside, as in a host name")
    return name
