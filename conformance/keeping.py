"""What an earlier run settled is kept, and taken over by a later one for which nothing has changed that could change it.

Kept is each check of a vendor (of the matrix, its reading and its writing half), in a file under a digest of all that its results
depend on: the world (fixtures, seed, scenario), the vendor's server, the subject's code, this suite's, the libraries, what the
subject published, the models and credentials that were selected, and what the checks before it found. One byte of these, and it
runs anew. A check with a case that failed or could not be tested is never kept, and nothing is when somebody's code cannot be
known: a subject that does not tell its build, a sandbox that was started elsewhere.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Protocol

import orjson

import conformance
import connectors.unified
from conformance.check import Cell, Result
from conformance.execution import CheckFound, Findings, Task, in_order, units
from conformance.lab import Lab
from conformance.outcomes import Code, Verdict
from conformance.reports.masking import masked
from conformance.scopes.report import Scopes, of_half
from conformance.subjects import Subject

FORMAT = 1
SETTLED = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.WARN})
"""Of these a report tells nothing but the code and its words, so a run that takes them over says as much as the one that judged."""
MOST_FILES = 4000
"""The oldest go first."""
SUITE = (Path(conformance.__file__).parent, Path(connectors.unified.__file__).parent)

Folders = Callable[[str], Sequence[Path]]


class Memory(Protocol):
    """What was found before."""

    def find(self, task: Task, before: Findings) -> tuple[Findings, Task]:
        """What is known of a task already, in its order, and what is left of it to be run."""

    def keep(self, task: Task, before: Findings, found: Findings) -> None:
        """Remember what was found by running the task, or what was left of it."""

    def end(self) -> None:
        """The run is over."""


class Forgetful:
    """Remembers nothing."""

    def find(self, task: Task, before: Findings) -> tuple[Findings, Task]:
        return Findings(), task

    def keep(self, task: Task, before: Findings, found: Findings) -> None:
        return None

    def end(self) -> None:
        return None


@dataclass
class Keeper:
    """A folder of kept results. Nothing of it may fail: without a good file, or a place to write, all is run as it always was."""

    folder: Path
    world: Folders
    """The folders that a vendor's server and its worlds are made of."""
    words: list[str] = field(default_factory=list)
    """What a person should know: why nothing is kept, which file was no good."""

    def of(self, labs: Mapping[str, Lab]) -> Memory:
        """For one run of these vendors."""
        return _OfRun(self, {name: key for name, lab in labs.items() if (key := self.key(lab)) is not None}, labs)

    def key(self, lab: Lab) -> str | None:
        """A digest of all that is the same for all checks of a vendor, or None when some of it cannot be known."""
        made_of = build_of(lab.subject, lab.vendor)
        if not made_of:
            self.words.append(f"nothing of {lab.vendor} is kept for the next run: {lab.subject.name} does not tell its build")
            return None
        own_docs = [] if lab.docs_dir is None else [lab.docs_dir / lab.vendor]
        paths = [*SUITE, *self.world(lab.vendor), *own_docs, *(part for part in made_of if isinstance(part, Path))]
        try:
            files = [digest_of(path) for path in paths]
        except OSError as error:
            self.words.append(f"nothing of {lab.vendor} is kept for the next run: {error}")
            return None
        facts = {
            "format": FORMAT,
            "files": files,
            "build": [part for part in made_of if isinstance(part, str)],
            "subject": [lab.subject.name, lab.subject.version, lab.subject.real_time],
            "scenario": lab.fixtures.scenario,
            "published": lab.published,
            "installed": lab.installed,
            "selected": [lab.models, {name: sorted(held) for name, held in lab.credentials.items()}, lab.ca],
            "machine": [sys.version, platform.platform(), _libraries()],
        }
        return hashlib.sha256(orjson.dumps(facts, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


class _OfRun:
    """Serves from the folder at once, and writes at the end, if nothing has changed meanwhile."""

    def __init__(self, keeper: Keeper, keys: Mapping[str, str], labs: Mapping[str, Lab]) -> None:
        self._keeper, self._keys, self._labs = keeper, keys, labs
        self._new: list[tuple[str, Path, bytes]] = []

    def find(self, task: Task, before: Findings) -> tuple[Findings, Task]:
        if task.vendor not in self._keys:
            return Findings(), task
        known = Findings().and_(found for unit in units(task) if (found := self._read(self._file(task, unit, before), unit)) is not None)
        names = {one.check for one in known.checks}
        left = Task(task.vendor, tuple(name for name in task.checks if name not in names))
        return in_order(Task(task.vendor, tuple(name for name in task.checks if name in names)), known), left

    def keep(self, task: Task, before: Findings, found: Findings) -> None:
        if task.vendor not in self._keys or found.leaks:
            return
        by_id = {one.check: one for one in found.checks}
        secrets = found.secrets | self._labs[task.vendor].secrets
        for unit in units(task):
            made = [by_id[name] for name in unit if name in by_id]
            if len(made) == len(unit) and all(map(_is_settled, made)):
                scopes = of_half(found.scopes, unit)
                self._new.append((task.vendor, self._file(task, unit, before), _written(made, scopes, secrets)))

    def _read(self, file: Path, unit: tuple[str, ...]) -> Findings | None:
        try:
            found = _read(file.read_bytes(), unit)
            file.touch()
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            self._keeper.words.append(f"{file} is no good ({type(error).__name__}: {error}); what it should tell is run anew")
            return None
        return found

    def end(self) -> None:
        """Write what is new. A file that was edited during the run may be in some results and not in others, so then nothing is kept."""
        same = {vendor for vendor, key in self._keys.items() if self._keeper.key(self._labs[vendor]) == key}
        try:
            for vendor, file, content in self._new:
                if vendor in same:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    new = file.with_suffix(".new")
                    new.write_bytes(content)
                    new.replace(file)
            for old in sorted(self._keeper.folder.glob("*.json"), key=lambda path: -path.stat().st_mtime)[MOST_FILES:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            self._keeper.words.append(f"nothing could be kept for the next run: {error}")

    def _file(self, task: Task, unit: tuple[str, ...], before: Findings) -> Path:
        known = sorted((one.check, str(result.cell), str(result.code)) for one in before.checks for result in one.results)
        whole = hashlib.sha256(orjson.dumps([self._keys[task.vendor], unit, known, sorted(before.leaks)])).hexdigest()
        return self._keeper.folder / f"{task.vendor}-{unit[0]}-{whole[:32]}.json"


def _is_settled(one: CheckFound) -> bool:
    return one.expected == one.emitted and all(result.verdict in SETTLED for result in one.results)


def build_of(subject: Subject, vendor: str) -> tuple[str | Path, ...]:
    """What the subject says its answers for a vendor depend on; () when it says nothing."""
    build = getattr(subject, "build", None)
    return () if build is None else tuple(build(vendor))


# ------------------------------------------------------------------------------------------------------------- files


def _written(made: Sequence[CheckFound], scopes: Scopes | None, secrets: Iterable[str]) -> bytes:
    """A checksum, a line break, JSON. Secrets are masked, as a report would."""
    body = {
        "checks": [{"check": one.check, "emitted": one.emitted, "results": [_told(result) for result in one.results]} for one in made],
        "scopes": scopes,
    }
    text = orjson.dumps(masked(body, secrets))
    return hashlib.sha256(text).hexdigest().encode() + b"\n" + text


def _told(result: Result) -> list[str]:
    return [result.cell.kind, result.cell.owner, result.cell.name, str(result.code), result.message]


def _read(content: bytes, unit: tuple[str, ...]) -> Findings:
    """Raises ValueError, KeyError, TypeError, AttributeError for what `_written` has not written of these checks."""
    checksum, _, text = content.partition(b"\n")
    if checksum.decode("ascii", "replace") != hashlib.sha256(text).hexdigest():
        raise ValueError("its checksum does not fit")
    body = orjson.loads(text)
    checks = tuple(CheckFound(one["check"], tuple(map(_result, one["results"])), one["emitted"], one["emitted"]) for one in body["checks"])
    if tuple(one.check for one in checks) != unit or not all(map(_is_settled, checks)):
        raise ValueError("it is not about what it is named after")
    return Findings(checks, scopes=body["scopes"], kept=sum(len(one.results) for one in checks))


def _result(told: Sequence[Any]) -> Result:
    kind, owner, name, code, message = told
    return Result(Cell(kind, owner, name), Code(code), message)


# ------------------------------------------------------------------------------------------------------------ digests


def digest_of(path: Path) -> str:
    """Of the names and contents of all files below a folder, or of one file."""
    whole = hashlib.sha256()
    for file in _files(path):
        name = file.relative_to(path).as_posix().encode()
        content = file.read_bytes()
        whole.update(b"%d %b %d " % (len(name), name, len(content)))
        whole.update(content)
    return whole.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
            yield file


@cache
def _libraries() -> tuple[str, ...]:
    """Every installed distribution with its version."""
    return tuple(sorted({f"{found.name} {found.version}" for found in distributions()}))
