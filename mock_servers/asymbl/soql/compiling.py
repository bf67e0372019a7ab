"""From tree to plan: what is selected, grouped and ordered, checked as Salesforce checks it."""

from __future__ import annotations

from mock_servers.asymbl.schema import ID_TYPES, TEXT_TYPES, Field
from mock_servers.asymbl.security import Access
from mock_servers.asymbl.soql import functions, restrictions
from mock_servers.asymbl.soql.binds import Binds, user
from mock_servers.asymbl.soql.conditions import Compiler
from mock_servers.asymbl.soql.functions import evaluated, folded
from mock_servers.asymbl.soql.grouping import grouped_plan
from mock_servers.asymbl.soql.names import Statement, Value, child_named, object_named
from mock_servers.asymbl.soql.plans import Habits, Plan
from mock_servers.asymbl.soql.rows import Kids, Part, make_records
from mock_servers.asymbl.soql.selecting import Selecting
from mock_servers.asymbl.soql.tree import Call, Child, Ordering, Path, Query, Selected, TypeOf
from mock_servers.asymbl.wire import refuse

MOST_OFFSET = 2000
MOST_FIELDS_LIMIT = 200
MOST_SUBQUERIES = 20
MOST_DEPTH = 5
MOST_SEMIJOINS = 2


def plan_of(access: Access, query: Query, text: str, *, all_rows: bool, habits: Habits, restricted: bool = True) -> Plan:
    """Compile a whole statement; restricted: objects that must not be queried freely are not. Raises ApiError."""
    source = query.sources[0].path
    if len(source.names) > 1:
        raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source}'")
    visible = object_named(access, source.names[0], source.at, text)
    if restricted:
        restrictions.check(visible, query)
    statement = Statement(access, visible, text, Binds(), "t", all_rows=all_rows)
    _name_sources(statement, query)
    return _Planner(statement, query, habits, depth=0).plan()


def _name_sources(statement: Statement, query: Query) -> None:
    first = query.sources[0]
    for name in (first.alias, first.path.names[-1]):
        if name is not None:
            statement.aliases[name.lower()] = ()
    for source in query.sources[1:]:
        start = statement.aliases.get(source.path.names[0].lower())
        if start is None or len(source.path.names) < 2 or source.alias is None:
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source.path}'")
        statement.aliases[source.alias.lower()] = (*start, *source.path.names[1:])


class _Planner:
    def __init__(self, statement: Statement, query: Query, habits: Habits, depth: int) -> None:
        self.statement, self.query, self.habits, self.depth = statement, query, habits, depth
        self.semijoins = 0

    def plan(self, link: Field | None = None) -> Plan:
        """The plan; with `link`, a subquery whose rows hang on :parents by that reference."""
        query, statement = self.query, self.statement
        conditions = self._conditions(link)
        if _is_count(query):
            return self._counting(conditions)
        if query.group or any(isinstance(one, Selected) and functions.is_aggregate(one.expression) for one in query.select):
            if link is not None:
                raise refuse(400, "MALFORMED_QUERY", "Aggregate functions are not supported in subqueries")
            return grouped_plan(statement, query, conditions, self.habits)
        selecting = Selecting(statement, [f"{statement.alias}.id"])
        children: list[Plan] = []
        parts = self._parts(selecting, children)
        order = ", ".join([*(self._ordering(one) for one in query.order), f"{statement.alias}.id"])
        if link is not None:
            selecting.columns.append(statement.column(statement.visible.sobject, link, statement.alias))
        return Plan(
            "rows",
            statement.visible.name,
            tuple(selecting.paths),
            f"SELECT {', '.join(selecting.columns)}",
            statement.from_sql(),
            " AND ".join(conditions) or "1",
            f"ORDER BY {order}",
            query.limit,
            self._offset(link),
            statement.binds.values,
            make_records(statement.visible.name, parts),
            tuple(selecting.flat),
            tuple(children),
            query.views,
            statement.alias,
            selecting.simple and not children,
        )

    # -- WHERE, LIMIT, OFFSET ----------------------------------------------------------------------------------------

    def _conditions(self, link: Field | None) -> list[str]:
        statement, query = self.statement, self.query
        found = statement.rows_sql()
        if link is not None:
            reference = statement.column(statement.visible.sobject, link, statement.alias)
            found.insert(0, f"{reference} IN (SELECT value FROM json_each(:parents))")
        if query.where is not None:
            compiler = Compiler(statement, subquery=self._semijoin, two_valued=self.habits.two_valued)
            found.append(compiler.sql(query.where))
        if query.scope is not None and query.scope.lower() != "everything":
            if query.scope.lower() not in {"mine", "mine_and_my_groups", "my_team_territory", "my_territory", "team", "delegated"}:
                raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{query.scope}'")
            if "ownerid" in statement.visible.fields:
                found.append(f'{statement.alias}."OwnerId" = {statement.binds.add(user)}')
        return found

    def _offset(self, link: Field | None) -> int:
        offset = self.query.offset or 0
        if offset > MOST_OFFSET:
            raise refuse(400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MOST_OFFSET}")
        return offset

    def _semijoin(self, outer: Statement, query: Query, value: Value) -> str:
        """The ids that an inner SELECT gives."""
        self.semijoins += 1
        if self.semijoins > MOST_SEMIJOINS:
            raise refuse(400, "MALFORMED_QUERY", f"Maximum {MOST_SEMIJOINS} semi join sub-selects are allowed")
        source = query.sources[0].path
        visible = object_named(outer.access, source.names[-1], source.at, outer.text)
        restrictions.check_inner(visible, query, outer.visible)
        if query.order or query.limit is not None or query.offset is not None:
            raise refuse(400, "MALFORMED_QUERY", "missing value at 'ORDER'" if query.order else "missing value at 'LIMIT'")
        inner = Statement(outer.access, visible, outer.text, outer.binds, f"s{self.semijoins}_", all_rows=outer.all_rows)
        _name_sources(inner, query)
        only = query.select[0]
        if len(query.select) != 1 or not isinstance(only, Selected) or not isinstance(only.expression, Path) or query.group:
            raise refuse(400, "MALFORMED_QUERY", "Semi join sub-selects must select exactly one id or reference field")
        chosen = inner.value(only.expression)
        if chosen.type not in ID_TYPES:
            message = f"The selected field '{chosen.field.name}' in the subquery is not an ID field"
            raise refuse(400, "MALFORMED_QUERY", message)
        conditions = [*inner.rows_sql(), f"{chosen.sql} IS NOT NULL"]
        if query.where is not None:
            restrictions.check_no_or(query.where)
            conditions.append(Compiler(inner, two_valued=self.habits.two_valued).sql(query.where))
        return f"SELECT {chosen.sql} {inner.from_sql()} WHERE {' AND '.join(conditions)}"

    def _counting(self, conditions: list[str]) -> Plan:
        statement, query = self.statement, self.query
        for one in query.order:
            self._ordering(one)
        return Plan(
            "count", statement.visible.name, (), "SELECT 1", statement.from_sql(), " AND ".join(conditions) or "1", "", query.limit,
            self._offset(None),
            statement.binds.values, make_records(statement.visible.name, []), views=query.views,
        )  # fmt: skip

    # -- ORDER BY ----------------------------------------------------------------------------------------------------

    def _ordering(self, one: Ordering) -> str:
        if functions.is_aggregate(one.expression):
            raise refuse(400, "MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {one.expression}")
        value = evaluated(self.statement, one.expression)
        if isinstance(one.expression, Path) and not value.field.sortable:
            message = f"field '{value.field.name}' can not be sorted in a query call"
            raise self.statement.error(one.expression.ats[-1], "INVALID_FIELD", message)
        direction, nulls = self.habits.direction(one)
        if value.type not in TEXT_TYPES:
            return f"{value.sql} {direction} {nulls}"
        # Texts are ordered without case first, as written second.
        return f"{folded(value)} {direction} {nulls}, {value.sql} {direction}"

    # -- SELECT ------------------------------------------------------------------------------------------------------

    def _parts(self, selecting: Selecting, children: list[Plan]) -> list[Part]:
        parts: list[Part] = []
        for one in self._expanded():
            if isinstance(one, Child):
                parts.append(self._child(one, children))
            elif isinstance(one, TypeOf):
                parts.append(selecting.typeof(one))
            else:
                selecting.add(parts, one)
        return parts

    def _expanded(self) -> list[Selected | TypeOf | Child]:
        """The SELECT list with FIELDS() written out, and nothing in it twice."""
        found: list[Selected | TypeOf | Child] = []
        for one in self.query.select:
            if isinstance(one, Selected) and isinstance(one.expression, Call) and one.expression.key == "FIELDS":
                found.extend(self._all_fields(one.expression))
            else:
                found.append(one)
        return found

    def _all_fields(self, call: Call) -> list[Selected]:
        which = str(call.arguments[0]).upper() if len(call.arguments) == 1 else ""
        if which not in {"ALL", "STANDARD", "CUSTOM"}:
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{call.arguments[0] if call.arguments else ')'}'")
        if which != "STANDARD" and (self.query.limit is None or self.query.limit > MOST_FIELDS_LIMIT):
            raise refuse(400, "MALFORMED_QUERY", f"The SOQL FIELDS function must have a LIMIT of at most {MOST_FIELDS_LIMIT}")
        wanted = [one for one in self.statement.visible.fields.values() if which == "ALL" or one.custom == (which == "CUSTOM")]
        return [Selected(Path((one.name,), (call.at,))) for one in wanted]

    def _child(self, one: Child, children: list[Plan]) -> Kids:
        query, statement = one.query, self.statement
        if self.depth + 1 >= MOST_DEPTH:
            raise refuse(400, "MALFORMED_QUERY", f"SOQL statements cannot query nested relationships of more than {MOST_DEPTH} levels")
        if len(children) >= MOST_SUBQUERIES:
            raise refuse(400, "MALFORMED_QUERY", f"Too many subqueries: at most {MOST_SUBQUERIES}")
        source = query.sources[0].path
        if len(source.names) > 2 or (len(source.names) == 2 and source.names[0].lower() not in statement.aliases):
            raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{source}'")
        if query.offset is not None and self.query.limit != 1:
            raise refuse(400, "MALFORMED_QUERY", "OFFSET cannot be used in a subquery unless the parent query has LIMIT 1")
        visible, link = child_named(statement.access, statement.visible, source.names[-1], source.ats[-1], statement.text)
        inner = Statement(statement.access, visible, statement.text, Binds(), "c", all_rows=statement.all_rows)
        _name_sources(inner, query)
        children.append(_Planner(inner, query, self.habits, self.depth + 1).plan(link))
        return Kids(str(link.children), len(children) - 1)


def _is_count(query: Query) -> bool:
    """SELECT COUNT() FROM …, which stands alone."""
    counting = [
        one for one in query.select if isinstance(one, Selected) and isinstance(one.expression, Call)
        and one.expression.key == "COUNT" and not one.expression.arguments
    ]  # fmt: skip
    if not counting:
        return False
    if len(query.select) > 1:
        raise refuse(400, "MALFORMED_QUERY", "unexpected token: ','")
    if counting[0].alias is not None:
        raise refuse(400, "MALFORMED_QUERY", f"unexpected token: '{counting[0].alias}'")
    if query.group:
        raise refuse(400, "MALFORMED_QUERY", "unexpected token: 'GROUP'")
    return True
