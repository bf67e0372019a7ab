"""actions.yaml: calls of actions, and what the tenant's tables hold afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from conformance.fixture_models.base import Key, Strict, Table, compiles
from conformance.fixture_models.steps import Step

WRITTEN_REFERENCE = re.compile(r"\$([^/$]+)/(.+)")
"""How the input of a case names a record: "$Jobs/310"."""
PROOF_WORDS = frozenset({"equals", "contains", "decodes_to", "same_bytes", "same_file", "matches"})
"""How a proof may say what must stand there."""


class Proof(Strict):
    """Where the truth shows that an input arrived: one row of a table, or one place in the action's answer."""

    table: Table | None = None
    where: dict[str, Any] = {}
    """Columns that pick exactly one row after the action; "$new:candidates" is the id of the row inserted there."""
    column: str | None = None
    """Dotted into JSON columns: "tags.0.name"; an asterisk means some item: "tags.*.name"."""
    data: str | None = None
    """Instead of table and column: a dotted path into the outcome's data."""
    equals: Any = None
    contains: str | None = None
    decodes_to: str | None = None
    """The base64 in the column holds this text."""
    same_bytes: str | None = None
    """The base64 in the column holds the same bytes as this base64: for files that are no text."""
    same_file: str | None = None
    """The base64 in the column holds the file of this name that the case serves, byte for byte."""
    matches: str | None = None
    """An expression that the text matches from end to end, where a vendor may write one thing in several ways."""

    @model_validator(mode="after")
    def _shape(self) -> Proof:
        if (self.data is None) == (self.table is None):
            raise ValueError("a proof has either `table` with `column`, or `data`")
        if self.table is not None and self.column is None:
            raise ValueError("a proof in a table needs `column`")
        if len(PROOF_WORDS & self.model_fields_set) != 1:
            raise ValueError("a proof has exactly one of equals, contains, decodes_to, same_bytes, same_file, matches")
        if self.matches is not None:
            compiles(self.matches)
        return self


class Writes(Strict):
    insert: int = 0
    update: int = 0
    delete: int = 0


class Repeat(Strict):
    """The same call once more, in the same tenant, and what must come of it."""

    error: str | None = None
    writes: dict[Table, Writes] = {}


class ServedFile(Strict):
    """A file that the suite serves over HTTP for the time of the case: "{files}/cv.pdf" in the input is its address."""

    content_type: str
    text: str | None = None
    base64: str | None = None
    repeated: Annotated[int, Field(ge=1)] = 1
    """So many times over: for files that do not fit into one read."""

    @model_validator(mode="after")
    def _one(self) -> ServedFile:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("a served file has exactly one of text and base64")
        return self


class ActionCase(Strict):
    """One call of an action, judged by what the tenant's tables hold afterwards."""

    id: Key
    why: str | None = None
    action: str
    input: dict[str, Any]
    """Ids as "$Jobs/310" (the unified id of that record) or as the API takes them ("remote:310"); "{files}/name"."""
    settings: dict[str, Any] = {}
    """Connection settings, e.g. source_name."""
    permissions: list[str] | str = "all"
    setup: list[Step] = []
    after: Key | None = None
    """The id of another case that the same connection has carried out before, so that what it made could be taken for what this one makes."""
    files: dict[str, ServedFile] = {}
    cells: dict[str, list[Proof]] = {}
    """Input name, as promised, to where the truth shows it."""
    writes: dict[Table, Writes] = {}
    """All that may change in the tenant; everything else must be the same row for row."""
    columns: dict[Table, list[str]] = {}
    """All columns of a table that may change in rows that were there, or be filled in new ones; every table with updates is here."""
    warnings: list[str] = []
    """Expressions, each of which finds something in one warning; any further warning is a failure."""
    data: dict[str, Any] | None = None
    """Dotted paths into the outcome's data and what must stand there (expected notation; ids as {"$ref": "Model/key"}): at
    "results.*.file_name" some item must have it."""
    contents: dict[str, list[str]] = {}
    """{file name: base64}: what is to be had, without a credential, under `data_url` of the files of that name that the answer lists."""
    creates: dict[str, str] = {}
    """{model: dotted path into data of the new record's unified id}: the next sync must deliver a record of that id."""
    error: str | None = None
    """The unified error code of a refusal; then nothing may be written unless `writes` says so."""
    repeat: Repeat | None = None
    meanwhile: list[Step] = []
    """Of an action that only looks: what happens to the records that it lists before it looks again; they are still the same ones."""
    fewer_without: list[str] = []
    """Permissions without which the answer lists fewer records, for the vendor hides them."""
    lost_answer: bool = False
    """Its writes fail on the way, too: the answer lost, or refused with 500. For cases in which something that is there already could
    be taken for what was to be written; of the others only the first that uses an operation is struck."""

    @model_validator(mode="after")
    def _coherent(self) -> ActionCase:
        if self.error is not None and self.cells:
            raise ValueError("a refused case proves no input; leave out `cells` or `error`")
        unnamed = [table for table, writes in self.writes.items() if writes.update and table not in self.columns]
        if unnamed:
            raise ValueError(f"`columns` does not say what may change in the rows of {', '.join(unnamed)}")
        unserved = {proof.same_file for proofs in self.cells.values() for proof in proofs} - {None, *self.files}
        if unserved:
            raise ValueError(f"same_file names {', '.join(map(str, unserved))}, which is not among `files`")
        for expression in self.warnings:
            compiles(expression)
        return self

    @property
    def models(self) -> frozenset[str]:
        """The models whose records it takes, makes, or names in the answer."""
        return frozenset({*self.creates, *_taken(self.input), *_named(self.data)})


ActionCases = list[ActionCase]


def _taken(value: Any) -> Iterator[str]:
    """The models of the records that an input names, at any depth."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _taken(inner)
    elif isinstance(value, str) and (found := WRITTEN_REFERENCE.fullmatch(value)):
        yield found[1]


def _named(value: Any) -> Iterator[str]:
    """The models of the {"$ref": "Model/key"} in what is expected, at any depth."""
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield str(value["$ref"]).partition("/")[0]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _named(inner)
