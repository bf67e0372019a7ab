"""Statements with aggregates: GROUP BY, ROLLUP and CUBE, HAVING, and what may stand in SELECT and ORDER BY beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from mock_servers.asymbl.soql import functions
from mock_servers.asymbl.soql.conditions import Compiler
from mock_servers.asymbl.soql.functions import aggregated, evaluated, folded, is_aggregate, one_of_group
from mock_servers.asymbl.soql.names import Statement, Value
from mock_servers.asymbl.soql.plans import Habits, Plan
from mock_servers.asymbl.soql.rows import Leaf, Part, make_records
from mock_servers.asymbl.soql.tree import Call, Child, Expression, Literal, Ordering, Path, Query, Selected, TypeOf
from mock_servers.asymbl.wire import refuse

MOST_GROUPING_FIELDS = 3
"""For ROLLUP and CUBE."""


@dataclass(frozen=True, slots=True)
class Group:
    """One expression of GROUP BY."""

    text: str
    """What makes it the same expression elsewhere: canonical and in lower case."""
    value: Value


def grouped_plan(statement: Statement, query: Query, conditions: Sequence[str], habits: Habits) -> Plan:
    """The plan of a statement with GROUP BY or aggregates. Raises ApiError."""
    return _Grouping(statement, query, habits).plan(conditions)


class _Grouping:
    def __init__(self, statement: Statement, query: Query, habits: Habits) -> None:
        self.statement, self.query, self.habits = statement, query, habits
        if not query.group and query.limit is not None:
            raise refuse(400, "MALFORMED_QUERY", "Non-grouped query that uses overall aggregate functions cannot also use LIMIT")
        if not query.group and query.offset is not None:
            raise refuse(400, "MALFORMED_QUERY", "Non-grouped query that uses overall aggregate functions cannot also use OFFSET")
        self.groups = [self._group(one) for one in query.group]
        texts = [one.text for one in self.groups]
        for group, expression in zip(self.groups, query.group, strict=True):
            if texts.count(group.text) > 1:
                raise refuse(400, "MALFORMED_QUERY", f"duplicate grouping expression: {_shown(expression, group.value)}")
        if query.grouping is not None and len(self.groups) > MOST_GROUPING_FIELDS:
            raise refuse(400, "MALFORMED_QUERY", f"{query.grouping} takes at most {MOST_GROUPING_FIELDS} fields")

    def _group(self, expression: Expression) -> Group:
        if is_aggregate(expression):
            raise refuse(400, "MALFORMED_QUERY", f"Grouped field should not be aggregated: {expression}")
        value = evaluated(self.statement, expression)
        if isinstance(expression, Path) and not value.field.groupable:
            message = f"field '{value.field.name}' can not be grouped in a query call"
            raise self.statement.error(expression.ats[-1], "INVALID_FIELD", message)
        return Group(_text(expression, value), value)

    def plan(self, conditions: Sequence[str]) -> Plan:
        query, statement = self.query, self.statement
        columns, parts, names, types = self._select()
        having = self._having()
        order = self._order(names)
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        source = f"{statement.from_sql()}{where}"
        sets = self._sets()
        if sets is None:
            groups = ", ".join(folded(one.value) for one in self.groups)
            tail = (f" GROUP BY {groups}" if groups else "") + (f" HAVING {having}" if having else "")
            select = f"SELECT {', '.join([*columns, *(sql for sql, _ in order)])}"
            body = f"{select} {source}{tail}"
        else:
            body = " UNION ALL ".join(self._one_set(kept, source, having) for kept in sets)
        return Plan(
            "aggregate",
            statement.visible.name,
            tuple(names),
            "SELECT *",
            f"FROM ({body})",
            "1",
            self._order_sql(len(columns), order),
            query.limit,
            query.offset or 0,
            statement.binds.values,
            make_records(None, parts),
            tuple((number, type) for number, type in enumerate(types)),
            views=query.views,
        )

    # -- SELECT ------------------------------------------------------------------------------------------------------

    def _select(self, kept: frozenset[int] | None = None) -> tuple[list[str], list[Part], list[str], list[str]]:
        """(SQL, parts, names, types). kept: the groups that this grouping set keeps; None: all."""
        columns: list[str] = []
        parts: list[Part] = []
        names: list[str] = []
        types: list[str] = []
        unnamed = 0
        for one in self.query.select:
            if isinstance(one, TypeOf | Child):
                raise refuse(400, "MALFORMED_QUERY", "unexpected token: '('" if isinstance(one, Child) else "unexpected token: 'TYPEOF'")
            sql, type, name = self._selected(one, kept)
            if name is None:
                name, unnamed = f"expr{unnamed}", unnamed + 1
            if name.lower() in {known.lower() for known in names}:
                raise refuse(400, "MALFORMED_QUERY", f"duplicate alias: {name}")
            names.append(name)
            types.append(type)
            parts.append(Leaf(name, len(columns), "boolean" if type == "boolean" else "plain"))
            columns.append(sql)
        return columns, parts, names, types

    def _selected(self, one: Selected, kept: frozenset[int] | None) -> tuple[str, str, str | None]:
        expression = one.expression
        if isinstance(expression, Call) and expression.key == "FIELDS":
            raise refuse(400, "MALFORMED_QUERY", "The SOQL FIELDS function is not supported with GROUP BY")
        if isinstance(expression, Call) and expression.key == "GROUPING":
            return self._grouping_flag(expression, kept), "int", one.alias
        if isinstance(expression, Call) and is_aggregate(expression):
            value = aggregated(self.statement, expression)
            return value.sql, value.type, one.alias
        number, group = self._group_of(expression)
        sql = one_of_group(group.value) if kept is None or number in kept else "NULL"
        name = one.alias
        if name is None and isinstance(expression, Path):
            name = group.value.field.name
        return sql, group.value.type, name

    def _group_of(self, expression: Expression) -> tuple[int, Group]:
        value = evaluated(self.statement, expression)
        text = _text(expression, value)
        for number, group in enumerate(self.groups):
            if group.text == text:
                return number, group
        raise refuse(400, "MALFORMED_QUERY", f"Field must be grouped or aggregated: {_shown(expression, value)}")

    def _grouping_flag(self, call: Call, kept: frozenset[int] | None) -> str:
        if len(call.arguments) != 1 or isinstance(call.arguments[0], Literal) or self.query.grouping is None:
            raise functions.misused(call)
        number, _ = self._group_of(call.arguments[0])
        return "0" if kept is None or number in kept else "1"

    # -- ROLLUP and CUBE ---------------------------------------------------------------------------------------------

    def _sets(self) -> list[frozenset[int]] | None:
        """The grouping sets, the fullest first; None for a plain GROUP BY."""
        count = len(self.groups)
        match self.query.grouping:
            case "ROLLUP":
                return [frozenset(range(kept)) for kept in range(count, -1, -1)]
            case "CUBE":
                return [frozenset(chosen) for kept in range(count, -1, -1) for chosen in combinations(range(count), kept)]
            case _:
                return None

    def _one_set(self, kept: frozenset[int], source: str, having: str) -> str:
        columns, *_ = self._select(kept)
        order = [self._ordered(one, kept)[0] for one in self.query.order]
        groups = ", ".join(folded(self.groups[number].value) for number in sorted(kept))
        tail = (f" GROUP BY {groups}" if groups else " HAVING count(*) > 0") + (
            f"{' HAVING' if groups else ' AND'} {having}" if having else ""
        )
        return f"SELECT {', '.join([*columns, *order])} {source}{tail}"

    # -- HAVING and ORDER BY -----------------------------------------------------------------------------------------

    def _having(self) -> str:
        if self.query.having is None:
            return ""
        return Compiler(self.statement, evaluate=self._in_group, two_valued=self.habits.two_valued).sql(self.query.having)

    def _in_group(self, statement: Statement, expression: Expression) -> Value:
        if isinstance(expression, Call) and is_aggregate(expression):
            return aggregated(statement, expression)
        group = self._group_of(expression)[1]
        return Value(one_of_group(group.value), group.value.field, group.value.owner, group.value.path)

    def _order(self, names: Sequence[str]) -> list[tuple[str, Ordering]]:
        return [self._ordered(one, None) for one in self.query.order]

    def _ordered(self, one: Ordering, kept: frozenset[int] | None) -> tuple[str, Ordering]:
        """The SQL by which groups are ordered."""
        expression = one.expression
        if isinstance(expression, Path) and len(expression.names) == 1:
            alias = expression.names[0].lower()
            chosen = next((item for item in self.query.select if isinstance(item, Selected) and (item.alias or "").lower() == alias), None)
            if chosen is not None:
                expression = chosen.expression
        if isinstance(expression, Call) and expression.key == "GROUPING":
            return self._grouping_flag(expression, kept), one
        if isinstance(expression, Call) and is_aggregate(expression):
            value = aggregated(self.statement, expression)
            return folded(value), one
        try:
            number, group = self._group_of(expression)
        except Exception as error:
            if "must be grouped" not in str(error):
                raise
            raise refuse(400, "MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {expression}") from None
        return (folded(group.value) if kept is None or number in kept else "NULL"), one

    def _order_sql(self, columns: int, order: Sequence[tuple[str, Ordering]]) -> str:
        """By the helper columns behind the selected ones, then by the selected ones, so that the order never is chance."""
        items = []
        for number, (_, one) in enumerate(order):
            direction, nulls = self.habits.direction(one)
            items.append(f"{columns + number + 1} {direction} {nulls}")
        items.extend(str(number + 1) for number in range(columns))
        return f"ORDER BY {', '.join(items)}"


def _text(expression: Expression, value: Value) -> str:
    path = ".".join(value.path).lower()
    if isinstance(expression, Path):
        return path
    inner = expression.arguments[0] if expression.arguments else None
    nested = f"{inner.key}(" if isinstance(inner, Call) else ""
    return f"{expression.key}({nested}{path}"


def _shown(expression: Expression, value: Value) -> str:
    return ".".join(value.path) if isinstance(expression, Path) else str(expression)
