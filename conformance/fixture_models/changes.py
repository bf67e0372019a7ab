"""profile.yaml: what changes at the vendor and what a subject shows of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from conformance.fixture_models.base import Changes, Key, RecordId, Strict, Table
from conformance.fixture_models.steps import Step


class Touch(Strict):
    """The column by which the vendor tells what changed, and how it writes a time."""

    column: str = "updated_at"
    format: str = "%Y-%m-%dT%H:%M:%S+00:00"
    """For strftime, in UTC."""
    except_tables: list[Table] = []
    exactly: dict[str, Any] = {}
    """Settings of a connection with which a delta sync begins at the very time where the last one ended; {}: there are none."""
    late_seconds: int = 0
    """How much later than its time a change may show; 0: nothing is known of such."""
    tells_of_dependents: bool = False
    """Whether a subject can ask for records by the change of a row that they refer to, so that a delta sync owes them, too."""


class QuirkCase(Strict):
    """A quirk set away from its default (or with settings), and what a right subject makes of it."""

    on: bool | None = None
    """None: the opposite of its default."""
    settings: dict[str, Any] = {}
    steps: list[Step] = []
    """Run after the quirk was set, before the sync."""
    expect: Literal["unchanged"] | Changes = "unchanged"
    also_changes: list[str] = []
    """As in perturbations.yaml: fields that may differ, unjudged."""
    other_keys: list[str] = []
    """Models whose records the vendor gives no key, so that the subject makes one. They are as many as ever, and hold what they held but
    for ids and `also_changes`."""
    told: list[str] = []
    """"Model" or "Model.field": what the vendor does not show then although it is asked for, so that a diagnostic must say so."""
    warnings: list[str] | None = None
    """As sync_warnings, in its place; None: the same."""
    why: str | None = None


class Deletion(Strict):
    """Records deleted at the vendor, and the unified records that are gone with them."""

    id: Key | None = None
    table: Table
    record: RecordId
    with_records: dict[Table, list[RecordId]] = {}
    """What must be deleted along, for the vendor would."""
    gone: dict[str, list[Key]]
    """All models together must be covered by the deletions of a profile."""
    also_changes: list[str] = []
    expect: Changes = {}
    """Cells of surviving records that change, e.g. a reference that becomes null."""


class DeltaCase(Strict):
    """Changes at the vendor that a delta sync must bring."""

    id: Key | None = None
    why: str | None = None
    steps: Annotated[list[Step], Field(min_length=1)]
    expect: Changes
    also_changes: list[str] = []
    at_watermark: bool = False
    """The change bears the same time as the newest record of the sync before it."""
    settings: dict[str, Any] = {}
    """Of the connection, for what only so set can change; such a case stands by itself."""
    unsettled: dict[str, list[Key]] = {}
    """Records of which nothing that can be asked for by change tells the vendor's deletion: they may go at once or with the next full
    sync. Judged are all others, also those that hang on them."""


class UnfitCase(Strict):
    """Values that a vendor may hold and the unified model cannot, e.g. an e-mail address that is none."""

    id: Key
    why: str | None = None
    steps: Annotated[list[Step], Field(min_length=1)]
    told: Annotated[list[str], Field(min_length=1)]
    """"Model.field": what a diagnostic must speak of, since the record cannot show it."""
    expect: Changes
    also_changes: list[str] = []
