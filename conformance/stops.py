"""What ends a check before its last case: each of these names whose fault it is."""

from __future__ import annotations


class SubjectCrashed(Exception):
    """The subject raised something that its contract does not name."""


class Stuck(Exception):
    """The subject went on waiting for ever, and was stopped."""


class Blocked(Exception):
    """This cannot be judged because something before it failed; `why` names it."""
