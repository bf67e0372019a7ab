"""profile.yaml: how a small world comes in several pages, and what happens between two of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from conformance.fixture_models.base import Changes, Key, RecordId, Strict, Table
from conformance.fixture_models.steps import Step


class OtherPages(Strict):
    """Pages of another size, best such that the last one of some list is full and of another holds one record only."""

    id: Key
    why: str | None = None
    settings: dict[str, Any] = {}
    options: dict[str, Any] = {}
    steps: list[Step] = []
    """What makes it another account, of which a sync in usual pages is the measure then."""


class SmallPages(Strict):
    """How a list is cut into several pages."""

    settings: dict[str, Any] = {}
    """Connection settings that make the connector ask for small pages, e.g. {page_size: 2}."""
    options: dict[str, Any] = {}
    """Tenant options that make the vendor give small pages."""


class Paging(SmallPages):
    """How to make several pages out of a small world, and how the journal shows page sizes."""

    core: SmallPages | None = None
    """How it is done in the core of the world, whose lists are shorter; None: just so."""
    size_parameter: str | None = None
    largest: int | None = None
    smallest: dict[str, Any] = {}
    """Tenant options under which even a short list has several pages; set where little is asked for: after a delta, by an action."""
    otherwise: list[OtherPages] = []
    """Further ways in which an account is cut into pages; each brings the same."""
    large: LargeAccount | None = None
    restless: Restless | None = None


class LargeAccount(Strict):
    """An account with more records than a subject may take at once for convenience (a page, a batch, a list of ids in a query)."""

    world: str
    """As the sandbox makes it: "world:candidates=520,jobs=4"."""
    tables: Annotated[dict[str, Table], Field(min_length=1)]
    """Model to the table whose every row is one record of it, under the row's id."""


class Restless(Strict):
    """A list from which records keep going while it is read, so that the others move up between any two pages, again and again."""

    operation: str
    settings: dict[str, Any] = {}
    """Of the connection, for pages so small that there are many."""
    every: Annotated[int, Field(ge=1)]
    """After so many pages of the operation the next one of the records goes."""
    table: Table
    records: Annotated[list[RecordId], Field(min_length=1)]
    unsettled: dict[str, list[Key]]
    """As in `BetweenPages`: what goes with them."""


class BetweenPages(Strict):
    """The data changes while a subject is between two pages of an operation."""

    id: Key
    operation: str
    after: Annotated[int, Field(ge=1)] = 1
    """So many pages of the operation have been answered when the steps run."""
    steps: Annotated[list[Step], Field(min_length=1)]
    unsettled: dict[str, list[Key]] = {}
    """Records that may or may not be delivered; all others exactly once."""
    met_again: Changes = {}
    """Values of records that moved to a later page and changed on their way: whoever is shown them again there shows them so."""
