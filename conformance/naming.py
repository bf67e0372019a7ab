"""Which permissions a text names: what is called missing must be missing, and must be the right one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from conformance.lab import Lab


def named_in(lab: Lab, text: str) -> frozenset[str]:
    """The vendor's permissions whose names stand in a text as whole words."""

    def pattern() -> re.Pattern[str]:
        # The longest first, or "Job: read" would be found within a longer name that ends or begins alike.
        names = sorted(lab.facts.permissions, key=len, reverse=True)
        return re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?![\w.]?\w)")

    return frozenset(lab.once("names of permissions", pattern).findall(text))


def wrongly_named(lab: Lab, texts: Iterable[str], held: Iterable[str]) -> list[str]:
    """Permissions that the texts call missing and that are held. Of what cannot be seen for lack of another, nobody can tell."""
    has = frozenset(held)
    lacking = frozenset(lab.facts.permissions) - has
    unseen = [pattern for gate, patterns in lab.profile.hides.items() if gate in lacking for pattern in patterns]
    named = frozenset(name for text in texts for name in named_in(lab, text))
    return sorted(name for name in named & has if not any(fnmatchcase(name, pattern) for pattern in unseen))
