"""WHERE and HAVING as SQL, with Salesforce's two-valued logic: a comparison with null is false, and its negation true.

NOT is pushed down to the comparisons, each of which knows its own negation; so no condition is ever unknown, and those
that are not negated stay in the plain form for which the store has indexes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import ids
from mock_servers.asymbl.schema import ID_TYPES, NUMBER_TYPES, TEXT_TYPES
from mock_servers.asymbl.soql.binds import Running
from mock_servers.asymbl.soql.functions import evaluated, folded
from mock_servers.asymbl.soql.names import Statement, Value
from mock_servers.asymbl.soql.tree import And, Compared, Condition, Expression, Includes, Literal, Not, Or, Path, Query, Within
from mock_servers.asymbl.values import Unfit, stored
from mock_servers.asymbl.wire import ApiError, precise_moment, refuse

if TYPE_CHECKING:
    from mock_servers.asymbl.schema import Field

Evaluate = Callable[[Statement, Expression], Value]
Subquery = Callable[[Statement, Query, Value], str]
"""(outer statement, inner query, outer field) to the SQL of a list of ids."""

_QUOTED = "and should be enclosed in quotes"
_BARE = "and should not be enclosed in quotes"
_NAMES = {"datetime": "dateTime", "currency": "double", "percent": "double", "long": "double", "picklist": "string", "email": "string"}


@dataclass(frozen=True, slots=True)
class Compiler:
    """How the conditions of one clause become SQL."""

    statement: Statement
    evaluate: Evaluate = evaluated
    subquery: Subquery | None = None
    """None: this clause takes no subqueries."""
    two_valued: bool = True
    """Whether != and NOT also find rows whose value is null."""

    def sql(self, condition: Condition, *, negated: bool = False, top: bool = True) -> str:
        """`top`: still among the AND-connected conditions of the whole clause, where subqueries may stand."""
        match condition:
            case Not(part):
                return self.sql(part, negated=not negated, top=False)
            case And(parts):
                return self._chain(parts, "OR" if negated else "AND", negated=negated, top=top and not negated)
            case Or(parts):
                return self._chain(parts, "AND" if negated else "OR", negated=negated, top=False)
            case Compared():
                return self._compared(condition, negated)
            case Includes():
                return self._includes(condition, negated != condition.negated)
            case Within(left, values, excluded, at):
                if isinstance(values, Query):
                    return self._within_query(left, values, negated != excluded, top, at)
                return self._within(left, values, excluded, negated)

    def _chain(self, parts: tuple[Condition, ...], word: str, *, negated: bool, top: bool) -> str:
        return "(" + f" {word} ".join(self.sql(part, negated=negated, top=top) for part in parts) + ")"

    # -- what is compared --------------------------------------------------------------------------------------------

    def _left(self, expression: Expression) -> Value:
        value = self.evaluate(self.statement, expression)
        if isinstance(expression, Path) and not value.field.filterable:
            message = f"field '{value.field.name}' can not be filtered in a query call"
            raise self.statement.error(expression.ats[-1], "INVALID_FIELD", message)
        if isinstance(expression, Path) and value.type in {"address", "location"}:
            message = f"field '{value.field.name}' can not be filtered in a query call"
            raise self.statement.error(expression.ats[-1], "INVALID_FIELD", message)
        if value.type == "boolean" and len(value.path) > 1:
            # A parent that is not there is no more true than one that says false.
            return Value(f"coalesce({value.sql}, 0)", value.field, value.owner, value.path)
        return value

    def _compared(self, condition: Compared, negated: bool) -> str:
        value, operator, literal = self._left(condition.left), condition.operator, condition.right
        self._check_operator(value, operator)
        if operator == "LIKE":
            return self._like(value, literal, negated)
        if literal.kind == "range":
            return self._range(value, operator, literal, negated)
        bound = self.bound(value.field, literal)
        if operator in {"=", "!="}:
            return self._equal(value, bound, (operator == "!=") != negated)
        if bound is None:
            return "1" if negated else "0"
        side = folded(value)
        plain = f"{side} {operator} {self.statement.binds.add(_folded(value, bound))}"
        return f"NOT coalesce({plain}, 0)" if negated else plain

    def _equal(self, value: Value, bound: Any, differs: bool) -> str:
        if bound is None:
            return f"{value.sql} IS {'NOT ' if differs else ''}NULL"
        mark = self.statement.binds.add(_folded(value, bound))
        if not differs:
            return f"{folded(value)} = {mark}"
        return f"{folded(value)} IS NOT {mark}" if self.two_valued else f"{folded(value)} <> {mark}"

    def _check_operator(self, value: Value, operator: str) -> None:
        type = value.type
        ordered = type not in ID_TYPES and type not in {"boolean", "multipicklist"}
        texts = type in TEXT_TYPES and type != "multipicklist"
        fits = operator in {"=", "!="} or (texts if operator == "LIKE" else ordered)
        if not fits:
            raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {type} field")

    # -- values ------------------------------------------------------------------------------------------------------

    def bound(self, field: Field, literal: Literal) -> Any:
        """The literal as the field keeps such values. Raises ApiError for one of another type."""
        if literal.kind == "null":
            return False if field.type == "boolean" else None
        kind = field.type
        if kind in ID_TYPES and literal.kind == "string":
            return _id(literal.value)
        if (kind in TEXT_TYPES or kind == "anyType") and literal.kind == "string":
            return literal.value or None
        if kind == "boolean" and literal.kind == "boolean":
            return int(literal.value)
        if kind in NUMBER_TYPES and literal.kind == "number":
            return _number(literal.value)
        if kind == "currency" and literal.kind == "currency":
            return _number(float(literal.value[3:]))
        if kind == literal.kind == "date":
            return _date(literal.value)
        if kind == literal.kind == "datetime":
            return _moment(literal.value)
        if kind == literal.kind == "time":
            try:
                return stored(field, literal.value.upper())
            except Unfit as unfit:
                raise ApiError(400, unfit.problem) from None
        quoted = kind in TEXT_TYPES or kind in ID_TYPES
        name = "ID" if kind in ID_TYPES else "string" if quoted else _NAMES.get(kind, kind)
        message = f"value of filter criterion for field '{field.name}' must be of type {name} {_QUOTED if quoted else _BARE}"
        raise self.statement.error(literal.at, "INVALID_FIELD", message)

    # -- the other comparisons ---------------------------------------------------------------------------------------

    def _like(self, value: Value, literal: Literal, negated: bool) -> str:
        if literal.kind == "null":
            return "1" if negated else "0"
        mark = self.statement.binds.add(literal.value.lower())
        plain = f"fold({value.sql}) LIKE {mark} ESCAPE '\\'"
        if not negated:
            return plain
        return f"NOT coalesce({plain}, 0)" if self.two_valued else f"NOT ({plain})"

    def _range(self, value: Value, operator: str, literal: Literal, negated: bool) -> str:
        """A date literal is a half-open range of days."""
        if value.type not in {"date", "datetime"}:
            self.bound(value.field, literal)
        name, number = literal.value
        _check_range(name, number)
        start, end = (self.statement.binds.add(_edge(name, number, edge, value.type)) for edge in (0, 1))
        plain = {
            "=": f"({value.sql} >= {start} AND {value.sql} < {end})",
            "!=": f"({value.sql} < {start} OR {value.sql} >= {end})",
            "<": f"{value.sql} < {start}",
            "<=": f"{value.sql} < {end}",
            ">": f"{value.sql} >= {end}",
            ">=": f"{value.sql} >= {start}",
        }[operator]
        if operator == "!=" and self.two_valued:
            plain = f"({value.sql} IS NULL OR {plain})"
        return f"NOT coalesce({plain}, 0)" if negated else plain

    def _within(self, left: Expression, values: tuple[Literal, ...], excluded: bool, negated: bool) -> str:
        """IN or NOT IN (excluded). A null in the list of IN finds rows without a value; in that of NOT IN it is passed over."""
        value = self._left(left)
        if value.type == "multipicklist":
            raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {value.type} field")
        ranges = [self._range(value, "=", one, negated=False) for one in values if one.kind == "range"]
        bounds = [self.bound(value.field, one) for one in values if one.kind != "range"]
        known = [_folded(value, bound) for bound in bounds if bound is not None]
        found = " OR ".join([*ranges, f"{folded(value)} IN {self.statement.binds.add_list(known)}"])
        with_null = len(known) < len(bounds) and not excluded
        if excluded == negated:
            return f"({found} OR {value.sql} IS NULL)" if with_null else f"({found})"
        if with_null or not self.two_valued:
            return f"({value.sql} IS NOT NULL AND NOT ({found}))"
        return f"({value.sql} IS NULL OR NOT ({found}))"

    def _within_query(self, left: Expression, query: Query, excluded: bool, top: bool, at: int) -> str:
        if self.subquery is None or not top:
            message = "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions."
            raise self.statement.error(at, "MALFORMED_QUERY", message)
        value = self._left(left)
        if value.type not in ID_TYPES:
            message = (
                f"The left operand field in the where expression for outer query should be an id field, cannot use: '{value.field.name}'"
            )
            raise self.statement.error(at, "MALFORMED_QUERY", message)
        listed = f"{value.sql} IN ({self.subquery(self.statement, query, value)})"
        if not excluded:
            return listed
        return f"({value.sql} IS NULL OR NOT {listed})" if self.two_valued else f"NOT {listed}"

    def _includes(self, condition: Includes, excluded: bool) -> str:
        value = self._left(condition.left)
        if value.type != "multipicklist":
            raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {value.type} field")
        ways = []
        for literal in condition.values:
            parts = [part.strip().lower() for part in (literal.value or "").split(";") if part.strip()]
            if not parts:
                ways.append(f"{value.sql} IS NULL")
                continue
            kept = f"';' || fold({value.sql}) || ';'"
            ways.append("(" + " AND ".join(f"instr({kept}, {self.statement.binds.add(f';{part};')}) > 0" for part in parts) + ")")
        plain = " OR ".join(ways)
        return f"NOT coalesce({plain}, 0)" if excluded else f"({plain})"


def _folded(value: Value, bound: Any) -> Any:
    return bound.lower() if isinstance(bound, str) and value.type in TEXT_TYPES and not value.field.case_sensitive else bound


def _id(text: str) -> str | None:
    if not text:
        return None
    id = ids.normalised(text)
    if id is None:
        raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")
    return id


def _number(value: float) -> float:
    if abs(value) >= 2**63:
        raise refuse(400, "NUMBER_OUTSIDE_VALID_RANGE", f'For input string: "{value}"')
    return value


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise refuse(400, "MALFORMED_QUERY", f"invalid date: {text}") from None


def _moment(text: str) -> str:
    try:
        return precise_moment(text.upper())
    except (ValueError, OverflowError):
        raise refuse(400, "MALFORMED_QUERY", f"invalid dateTime: {text}") from None


def _check_range(name: str, number: int | None) -> None:
    if number is not None and number > 100_000:
        raise refuse(400, "MALFORMED_QUERY", f"{name}: {number} is out of range")


def _edge(name: str, number: int | None, edge: int, type: str) -> Callable[[Running], str]:
    """One end of a date literal's range, when the moment is known."""

    def at(running: Running) -> str:
        calendar = running.calendar()
        try:
            days = calendar.days(name, number)
            return str(days[edge].isoformat() if type == "date" else calendar.moments(days)[edge])
        except (OverflowError, ValueError):
            raise refuse(400, "MALFORMED_QUERY", f"{name}:{number} lies beyond the calendar") from None

    return at
