"""Single records as JSON: all that the caller sees of one, chosen fields, a parent or children by relationship."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import soql
from mock_servers.asymbl.security import Visible, access_of
from mock_servers.asymbl.soql.compiling import plan_of
from mock_servers.asymbl.soql.parsing import parse
from mock_servers.asymbl.soql.plans import Habits, Plan
from mock_servers.asymbl.soql.tree import Path, Query, Selected, Source
from mock_servers.asymbl.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_PATH = re.compile(r"\s*[A-Za-z]\w*(\s*\.\s*[A-Za-z]\w*)*\s*")


def record(exchange: Exchange, visible: Visible, id: str, fields: list[str] | None = None) -> dict[str, Any]:
    """The record with this id of 18 characters, which is known to be there; `fields` in any case, dotted paths too."""
    asked = soql.asked_by(exchange)
    plan = _plan(exchange, visible, fields)
    return asked.records(plan, soql.rows_of(asked, plan, [id]))[0]


def _plan(exchange: Exchange, visible: Visible, fields: list[str] | None) -> Plan:
    access = access_of(exchange)
    key = ("record", visible.name, None if fields is None else tuple(fields))
    if key not in access.plans:
        if len(access.plans) >= soql.MOST_PLANS:
            access.plans.clear()
        access.plans[key] = _all_fields(exchange, visible) if fields is None else _some_fields(exchange, visible, fields)
    return access.plans[key]


def _all_fields(exchange: Exchange, visible: Visible) -> Plan:
    select = tuple(Selected(Path((field.name,), (0,))) for field in visible.fields.values())
    source = Source(Path((visible.name,), (0,)))
    return plan_of(access_of(exchange), Query(select, (source,)), "", all_rows=True, habits=Habits(), restricted=False)


def _some_fields(exchange: Exchange, visible: Visible, fields: list[str]) -> Plan:
    for field in fields:
        if _PATH.fullmatch(field) is None:
            raise refuse(400, "INVALID_FIELD", f"No such column '{field}' on entity '{visible.name}'.")
    chosen = list({field.replace(" ", "").lower(): field for field in fields}.values())
    text = f"SELECT {','.join(chosen)} FROM {visible.name}"
    return plan_of(access_of(exchange), parse(text), text, all_rows=True, habits=Habits(), restricted=False)
