"""A check is a value: its id, the requirement it tests and where that comes from, the cases it promises to judge, a function.

A check never decides to skip. It says beforehand which cases it will judge (`cases`) and then yields one Result for each;
the runner counts both, and a case without a result is untested, never green.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from conformance import checks
from conformance.outcomes import Code, Verdict, verdict_of

if TYPE_CHECKING:
    from conformance.lab import Lab

Kind = Literal["field", "action", "input", "feature", "model", "permission", "credential", "quirk", "fault", "case", "connection"]
PROMISED: frozenset[str] = frozenset({"field", "action", "input", "feature"})
"""The kinds that are cells of a manifest; the others are circumstances under which a rule must hold."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """What a case is about: ("field", "Jobs", "name"), ("input", "Create candidate", "source.id"), ("quirk", "", "x")."""

    kind: Kind
    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.owner} > {self.name}" if self.owner else f"{self.kind} {self.name}"

    @property
    def promised(self) -> bool:
        return self.kind in PROMISED


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found for one case. `expected` and `got` are JSON; the runner masks secrets in everything."""

    cell: Cell
    code: Code
    message: str = ""
    expected: Any = None
    got: Any = None
    exchanges: tuple[dict[str, Any], ...] = ()
    """The conversation with the vendor that shows it, from the journal."""

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.code)


Cases = Callable[["Lab"], list[Cell]]
Judge = Callable[["Lab"], Iterator[Result]]


TAKEN_FOR_GRANTED = frozenset({"manifest", "pages", "fields"})
RESTING_ON_OTHERS = frozenset({"features"})
AMID_THE_CROWD = frozenset({"pages", "fields"})
"""Chapters about whole lists, longer than the vendor's own pages; the others work in the core of the world (`Lab.in_core`), where pages
are cut small for what is about pages."""


@dataclass(frozen=True, slots=True)
class Check:
    id: str
    """"PAG-1": made to be searched for; the same for success and failure."""
    requirement: str
    source: str
    cases: Cases
    judge: Judge
    level: Literal["MUST", "SHOULD"] = "MUST"
    chapter: str = field(default="")
    stage: Literal["first", "then", "last", ""] = ""
    """When it runs: "first" what others take for granted, "last" what rests on the findings of others."""
    needs: tuple[str, ...] = ()
    """What the subject must be able to do for this to be testable: "interrupt"; shown in the requirement list."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "chapter", self.chapter or _chapter_of(self.judge))
        own = "first" if self.chapter in TAKEN_FOR_GRANTED else "last" if self.chapter in RESTING_ON_OTHERS else "then"
        object.__setattr__(self, "stage", self.stage or own)

    @property
    def in_core(self) -> bool:
        """Whether it works in the core of the world."""
        return self.chapter not in AMID_THE_CROWD


def _chapter_of(judge: Judge) -> str:
    """A chapter is a module of checks/, or a folder of several."""
    return judge.__module__.removeprefix(f"{checks.__name__}.").split(".")[0]


CHAPTERS = (
    "manifest",
    "pages",
    "fields",
    "delta",
    "retries",
    "manners",
    "errors",
    "actions",
    "quirks",
    "permissions",
    "scopes",
    "matrix",
    "features",
)
"""In the order in which they run: what a later one takes for granted, an earlier one has judged."""


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check of every chapter, in the order in which they run."""
    found = {module.name for module in pkgutil.iter_modules(checks.__path__)}
    if found != set(CHAPTERS):
        raise AssertionError(f"chapters {sorted(found ^ set(CHAPTERS))} stand in only one of checks/ and CHAPTERS")
    chapters = [importlib.import_module(f"conformance.checks.{chapter}") for chapter in CHAPTERS]
    every = tuple(check for chapter in chapters for check in chapter.CHECKS)
    twice = [name for name, times in Counter(check.id for check in every).items() if times > 1]
    if twice:
        raise AssertionError(f"several checks are called {', '.join(twice)}; of those only one would run")
    return every


def check_ids() -> tuple[str, ...]:
    """The ids of all checks; for each of them there is a deliberately wrong connector that it must catch."""
    return tuple(check.id for check in all_checks())
