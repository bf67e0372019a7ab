"""The custom field explorer: what fields the org keeps on jobs and candidates, with some values, asked at once."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.asymbl.candidates import membership
from connectors.asymbl.columns import APPLICANT, CONTACT, JOB, may_read
from connectors.asymbl.described import COMPOUND
from connectors.asymbl.schema import Schema
from connectors.asymbl.settings import Settings
from connectors.asymbl.soql import Select
from connectors.asymbl.sources import PERSON
from connectors.asymbl.wire import Wire
from connectors.unified.connector import ExploredField
from connectors.unified.errors import NotSupported, PermissionMissing

EXPLORED: Mapping[str, str] = {"Jobs": JOB, "Candidates": CONTACT}


def explore(wire: Wire, settings: Settings, model: str, *, samples: int) -> tuple[ExploredField, ...]:
    """See Explorer.explore. Standard fields are DEFAULT; those of Asymbl's package and the customer's own are CUSTOM."""
    if model not in EXPLORED:
        raise NotSupported(f"fields of {model} cannot be explored; those of {' and '.join(EXPLORED)} can")
    schema = Schema(wire)
    described = schema.described(EXPLORED[model])
    if described is None or not described.queryable:
        needs = (may_read(EXPLORED[model]),)
        raise PermissionMissing(f"the user may not read {model} ({EXPLORED[model]})", missing_permissions=needs)
    infos = [info for info in described.fields.values() if info.type not in COMPOUND]
    # Whoever may not see applications does not see who is a candidate, and explores fields without values.
    selectable = model != "Candidates" or settings.candidates != "with_application" or not schema.hidden(APPLICANT, (PERSON,))
    rows = []
    if samples > 0 and selectable:
        conditions = (membership(settings),) if model == "Candidates" else ()
        select = Select(tuple(info.name for info in infos), described.name, conditions, ("CreatedDate DESC", "Id DESC"), samples)
        rows = wire.rows(select)
    return tuple(
        ExploredField(info.name, info.label, "CUSTOM" if info.custom else "DEFAULT", info.type, tuple(row.get(info.name) for row in rows))
        for info in infos
    )
