"""Statements that Salesforce refuses though every name in them is known: objects and places with rules of their own."""

from __future__ import annotations

from collections.abc import Iterator

from mock_servers.asymbl.security import Visible
from mock_servers.asymbl.soql.tree import And, Compared, Condition, Includes, Not, Or, Path, Query, Within
from mock_servers.asymbl.wire import refuse

_LINK_IDS = frozenset({"contentdocumentid", "linkedentityid"})


def check(visible: Visible, query: Query) -> None:
    """Rules of one object as the outer object of a statement. Raises ApiError (MALFORMED_QUERY)."""
    if visible.name == "ContentDocumentLink":
        _check_links(query)


def _check_links(query: Query) -> None:
    """Links are only found by what they link: one id or several of either side."""
    comparisons = list(top_level(query.where)) if query.where is not None else []
    by_id = [one for one in comparisons if _names_ids(one)]
    if not by_id:
        message = (
            "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId using "
            "the equals operator or multiple Id's using the IN operator."
        )
        raise refuse(400, "MALFORMED_QUERY", message)
    others = [one for one in comparisons if _field_of(one) not in {*_LINK_IDS, "id"}]
    one_entity = any(isinstance(one, Compared) and _field_of(one) == "linkedentityid" for one in by_id)
    if others and not one_entity:
        message = (
            "Implementation restriction: filtering on non-id fields is only permitted when filtering by ContentDocumentLink.LinkedEntityId "
            "using the equals operator."
        )
        raise refuse(400, "MALFORMED_QUERY", message)


def _names_ids(condition: Condition) -> bool:
    if _field_of(condition) not in _LINK_IDS:
        return False
    if isinstance(condition, Compared):
        return condition.operator == "=" and condition.right.kind == "string"
    return isinstance(condition, Within) and not condition.negated and not isinstance(condition.values, Query)


def _field_of(condition: Condition) -> str | None:
    if isinstance(condition, Compared | Within | Includes) and isinstance(condition.left, Path):
        return condition.left.names[-1].lower() if len(condition.left.names) <= 2 else str(condition.left).lower()
    return None


def top_level(condition: Condition) -> Iterator[Condition]:
    """The conditions that must all hold."""
    if isinstance(condition, And):
        for part in condition.parts:
            yield from top_level(part)
    else:
        yield condition


def check_inner(inner: Visible, query: Query, outer: Visible) -> None:
    """Rules of an object in a semi-join. Raises ApiError (MALFORMED_QUERY)."""
    if inner.name == "ContentDocumentLink":
        raise refuse(400, "MALFORMED_QUERY", f"Entity '{inner.name}' is not supported for semi join inner selects")
    if inner.name == outer.name:
        raise refuse(400, "MALFORMED_QUERY", "The inner and outer selects should not be on the same object type")
    if len(query.sources) > 1 or len(query.sources[0].path.names) > 1:
        raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{query.sources[-1].path}'")


def check_no_or(condition: Condition) -> None:
    """An inner WHERE of a semi-join knows no OR, and no further semi-join."""
    match condition:
        case Or():
            raise refuse(400, "MALFORMED_QUERY", "Semi join sub-selects cannot use OR in their WHERE clause")
        case And(parts):
            for part in parts:
                check_no_or(part)
        case Not(part):
            check_no_or(part)
        case _:
            return
