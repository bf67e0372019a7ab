"""Words that every format for a person says in the same way."""

from __future__ import annotations

from collections.abc import Mapping


def told_of_kept(cases: Mapping[str, int]) -> str:
    """What is not of this run, to be said after what was judged; nothing when all of it is."""
    kept = cases.get("kept", 0)
    return f" (kept from an earlier run: {kept} cases)" if kept else ""
