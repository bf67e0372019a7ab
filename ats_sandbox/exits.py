"""How the command ends: exit codes, and errors that say what to do next. Imports nothing, so that `up` starts fast."""

from __future__ import annotations

import sys
from typing import NoReturn

USAGE_ERROR = 2
"""Exit codes: 0 passed · 1 failed · 2 usage or configuration · 3 incomplete · 4 our own error · 130 interrupted."""
OWN_ERROR = 4
INTERRUPTED = 130


def fail(message: str, *, hint: str | None = None) -> NoReturn:
    """Say what is wrong and what to do next, on standard error, and end with the code for wrong usage."""
    say_error(f"ats-sandbox: {message}")
    if hint:
        say_error(f"  hint: {hint}")
    raise SystemExit(USAGE_ERROR)


def say_error(text: str) -> None:
    """A line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def came_of_interrupt(error: BaseException | None) -> bool:
    """Whether it was met while a Ctrl-C was being obeyed, which a sandbox of ours has heard, too: then it is of no interest."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None
