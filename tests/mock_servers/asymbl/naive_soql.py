"""SOQL a second time, for tests: walks the tree over plain Python rows, sharing nothing with the server but the parser's tree.

Slow and simple on purpose: no plan, no SQL, no joins; each row is asked each question. What it must know of the org (which
object a relationship leads to, the type of a field) it looks up in the schema; every rule of meaning is written here anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mock_servers.asymbl.schema import Field, Schema, SObject
from mock_servers.asymbl.soql.tree import (
    And,
    Call,
    Child,
    Compared,
    Condition,
    Expression,
    Includes,
    Literal,
    Not,
    Or,
    Path,
    Query,
    Selected,
    TypeOf,
    Within,
)

Row = Mapping[str, Any]
TEXTS = {"string", "picklist", "multipicklist", "email", "phone", "url", "textarea", "combobox"}
NUMBERS = {"int", "long", "double", "currency", "percent"}
MISSING = object()


class Naive:
    """One org's rows, by object; `today` is the running user's."""

    def __init__(self, schema: Schema, rows: Mapping[str, Sequence[Row]], prefixes: Mapping[str, str], now: datetime, zone: str) -> None:
        self.schema, self.rows, self.zone = schema, rows, ZoneInfo(zone)
        self.today = now.astimezone(self.zone).date()
        self.by_id = {row["id"]: (name, row) for name, listed in rows.items() for row in listed}
        self.kinds = {prefix: schema[name] for name, prefix in prefixes.items()}

    # -- values --------------------------------------------------------------------------------------------------

    def parent(self, sobject: SObject, row: Row | None, relationship: str) -> tuple[SObject | None, Row | None]:
        """(object, row) of a parent; (None, …) for one of several kinds."""
        field = next(one for one in sobject.fields.values() if (one.relationship or "").lower() == relationship.lower())
        id = self.field(sobject, row, field)
        found = self.by_id.get(id) if id is not None else None
        several = len(field.to) > 1 or field.to_any
        return (None if several else self.schema[field.to[0]]), (found[1] if found is not None else None)

    def value(self, sobject: SObject | None, row: Row | None, names: Sequence[str]) -> tuple[Any, str]:
        """(value, type) at a path."""
        if sobject is not None and len(names) > 1:
            above, parent = self.parent(sobject, row, names[0])
            return self.value(above, parent, names[1:])
        name = names[-1].lower()
        if sobject is None:
            return self._of_any(row, name)
        field = sobject.fields[name]
        return self.field(sobject, row, field), field.type

    def _of_any(self, row: Row | None, name: str) -> tuple[Any, str]:
        """A field of a parent of several kinds."""
        type = {"id": "id", "isactive": "boolean", "profileid": "reference"}.get(name, "string")
        if row is None:
            return None, type
        kind = self.kinds[row["id"][:3]]
        if name == "type":
            return kind.name, type
        if name == "id":
            return row["id"], type
        if name == "name" and "name" not in kind.fields:
            return row.get("Title"), type
        field = kind.fields.get(name)
        return (self.field(kind, row, field) if field is not None else None), type

    def field(self, sobject: SObject, row: Row | None, field: Field) -> Any:
        if row is None:
            return None
        if field.name == "Name" and sobject.name in {"Contact", "User"}:
            return " ".join(row[part] for part in ("FirstName", "LastName") if row.get(part)) or None
        if field.formula:
            return FORMULAS[sobject.name, field.name](self, sobject, row)
        value = row.get("id") if field.type == "id" else row.get(field.name, MISSING)
        if value is MISSING:
            value = (row.get("own") or {}).get(field.name)
        return bool(value) if field.type == "boolean" else value

    def expression(self, sobject: SObject, row: Row, expression: Expression | Literal) -> tuple[Any, str]:
        if isinstance(expression, Path):
            return self.value(sobject, row, expression.names)
        assert isinstance(expression, Call)
        inner = expression.arguments[0]
        local = isinstance(inner, Call)
        path = inner.arguments[0] if isinstance(inner, Call) else inner
        assert isinstance(path, Path)
        value, type = self.value(sobject, row, path.names)
        if expression.key in {"TOLABEL", "FORMAT", "CONVERTCURRENCY"}:
            return value, type
        if value is None:
            return None, "date" if expression.key == "DAY_ONLY" else "int"
        at = datetime.fromisoformat(value) if type == "datetime" else datetime.fromisoformat(f"{value}T00:00:00+00:00")
        at = at.astimezone(self.zone) if local else at
        return DATE_PARTS[expression.key](at), "date" if expression.key == "DAY_ONLY" else "int"

    # -- conditions ----------------------------------------------------------------------------------------------

    def holds(self, sobject: SObject, row: Row, condition: Condition) -> bool:
        return self.true(condition, lambda expression: self.expression(sobject, row, expression))

    def true(self, condition: Condition, of: Callable[[Expression], tuple[Any, str]]) -> bool:
        """Whether a condition holds, when `of` tells the value of an expression."""
        match condition:
            case Not(part):
                return not self.true(part, of)
            case And(parts):
                return all(self.true(part, of) for part in parts)
            case Or(parts):
                return any(self.true(part, of) for part in parts)
            case Compared(left, operator, right):
                return self.compared(*of(left), operator, right)
            case Includes(left, values, negated):
                chosen = {part.lower() for part in (of(left)[0] or "").split(";") if part}
                wanted = [{part.strip().lower() for part in (one.value or "").split(";") if part.strip()} for one in values]
                return negated != any((ways <= chosen) if ways else not chosen for ways in wanted)
            case Within(left, values, negated, _):
                value, type = of(left)
                if isinstance(values, Query):
                    return negated != (value is not None and value in self.inner(values))
                return negated != any(
                    self.compared(value, type, "=", one)
                    for one in values
                    if not (negated and type != "boolean" and one.value in {None, ""})
                )

    def inner(self, query: Query) -> set[Any]:
        """What a semi-join's inner SELECT finds."""
        sobject = self.schema[query.sources[0].path.names[-1]]
        chosen = query.select[0]
        assert isinstance(chosen, Selected)
        assert isinstance(chosen.expression, Path)
        found = {self.value(sobject, row, chosen.expression.names)[0] for row in self.matching(sobject, query)}
        return found - {None}

    def compared(self, value: Any, type: str, operator: str, right: Literal) -> bool:
        if right.kind == "range":
            return self.in_range(value, type, operator, right)
        wanted = right.value
        if type == "boolean":
            value, wanted = bool(value), bool(wanted)
        elif type in {"id", "reference"} and wanted:
            value, wanted = (None if value is None else value[:15]), wanted[:15]
        elif type in TEXTS:
            value = None if value is None else value.lower()
            wanted = wanted.lower() if wanted else None
        elif type == "datetime" and wanted is not None:
            value = None if value is None else datetime.fromisoformat(value)
            wanted = datetime.fromisoformat(wanted.upper())
        elif right.kind == "currency":
            wanted = float(wanted[3:])
        wanted = None if wanted == "" else wanted
        if operator == "=":
            return bool(value == wanted)
        if operator == "!=":
            return bool(value != wanted)
        if value is None or wanted is None:
            return False
        if operator == "LIKE":
            return like(value, wanted)
        return {"<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted}[operator]

    # -- date literals -------------------------------------------------------------------------------------------

    def in_range(self, value: Any, type: str, operator: str, right: Literal) -> bool:
        if value is None:
            return operator == "!="
        day = datetime.fromisoformat(value).astimezone(self.zone).date() if type == "datetime" else date.fromisoformat(value)
        place = self.place(day, *right.value)
        return {"=": place == 0, "!=": place != 0, "<": place < 0, "<=": place <= 0, ">": place > 0, ">=": place >= 0}[operator]

    def place(self, day: date, name: str, number: int | None) -> int:
        """-1, 0, 1: before, in or after what a date literal names."""
        if name in {"YESTERDAY", "TODAY", "TOMORROW"}:
            distance = (day - self.today).days - ("YESTERDAY", "TODAY", "TOMORROW").index(name) + 1
            return sign(distance)
        if name in {"LAST_90_DAYS", "NEXT_90_DAYS"}:
            name, number = name.replace("_90_", "_N_"), 90
        ago = re.fullmatch(r"N_(\w+)S_AGO", name)
        if ago is not None:
            assert number is not None
            return sign(self.units(ago.group(1), day) + number)
        several = re.fullmatch(r"(LAST|NEXT)_N_(\w+)S", name)
        if several is not None:
            assert number is not None
            distance = self.units(several.group(2), day)
            first, last = (-number, -1) if several.group(1) == "LAST" else (1, number)
            if several.group(1) == "LAST" and several.group(2) == "DAY":
                last = 0
            if first > last:
                return -1 if distance < first else 1
            return -1 if distance < first else 1 if distance > last else 0
        which, _, unit = name.partition("_")
        return sign(self.units(unit, day) - {"LAST": -1, "THIS": 0, "NEXT": 1}[which])

    def units(self, unit: str, day: date) -> int:
        """How many whole units a day lies after the current one; negative: before."""

        def count(of: date) -> int:
            match unit:
                case "DAY":
                    return of.toordinal()
                case "WEEK":
                    return of.toordinal() // 7  # ordinal 7 was a Sunday
                case "MONTH":
                    return of.year * 12 + of.month
                case "QUARTER" | "FISCAL_QUARTER":
                    return of.year * 4 + (of.month - 1) // 3
                case _:
                    return of.year

        return count(day) - count(self.today)

    # -- statements ----------------------------------------------------------------------------------------------

    def matching(self, sobject: SObject, query: Query, all_rows: bool = False) -> Iterator[Row]:
        for row in self.rows[sobject.name]:
            if (all_rows or not row.get("IsDeleted")) and (query.where is None or self.holds(sobject, row, query.where)):
                yield row

    def run(self, query: Query, all_rows: bool = False) -> tuple[int, list[Any]]:
        """(totalSize, records without `attributes`); rows of an aggregate come in no order."""
        sobject = self.schema[query.sources[0].path.names[0]]
        rows = list(self.matching(sobject, query, all_rows))
        if any(isinstance(one, Selected) and isinstance(one.expression, Call) and not one.expression.arguments for one in query.select):
            bounded = rows[query.offset or 0 :][: query.limit]
            return len(bounded), []
        if query.group or any(isinstance(one, Selected) and aggregates(one.expression) for one in query.select):
            found = list(self.groups(sobject, query, rows))
            return len(found), found
        chosen = self.page(sobject, query, rows)
        return len(chosen), [self.record(sobject, row, query, all_rows) for row in chosen]

    def page(self, sobject: SObject, query: Query, rows: Sequence[Row]) -> list[Row]:
        ordered = sorted(rows, key=lambda row: row["id"])
        for one in reversed(query.order):

            def key(row: Row, one: Any = one) -> tuple[Any, ...]:
                value, type = self.expression(sobject, row, one.expression)
                return (value.lower(), value) if value is not None and type in TEXTS else (value,)

            first = one.nulls_first is None or one.nulls_first
            filled = [row for row in ordered if key(row)[0] is not None]
            empty = [row for row in ordered if key(row)[0] is None]
            # sorted() with reverse=True keeps equal rows in their order.
            filled = sorted(filled, key=key, reverse=one.descending)
            ordered = [*empty, *filled] if first else [*filled, *empty]
        end = None if query.limit is None else (query.offset or 0) + query.limit
        return ordered[query.offset or 0 : end]

    def record(self, sobject: SObject, row: Row, query: Query, all_rows: bool) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for one in query.select:
            if isinstance(one, Child):
                key, shown = self.children(sobject, row, one.query, all_rows)
                record[key] = shown
            elif isinstance(one, TypeOf):
                record.update(self.typeof(sobject, row, one))
            else:
                self.put(record, sobject, row, one)
        return record

    def put(self, record: dict[str, Any], sobject: SObject, row: Row, one: Selected) -> None:
        path = one.expression if isinstance(one.expression, Path) else one.expression.arguments[0]
        assert isinstance(path, Path)
        here, place, above = record, row, sobject
        for name in path.names[:-1]:
            relationship = next(str(f.relationship) for f in above.fields.values() if (f.relationship or "").lower() == name.lower())
            kind, parent = self.parent(above, place, name)
            if parent is None:
                here[relationship] = None
                return
            here = here.setdefault(relationship, {})
            if kind is None:
                here[self.spelt(None, path.names[-1])] = self._of_any(parent, path.names[-1].lower())[0]
                return
            above, place = kind, parent
        here[one.alias or self.spelt(above, path.names[-1])] = self.value(above, place, path.names[-1:])[0]

    def spelt(self, sobject: SObject | None, name: str) -> str:
        if sobject is None:
            return {"id": "Id", "name": "Name", "type": "Type", "email": "Email", "isactive": "IsActive"}[name.lower()]
        return sobject.fields[name.lower()].name

    def children(self, sobject: SObject, row: Row, query: Query, all_rows: bool) -> tuple[str, Any]:
        wanted = query.sources[0].path.names[-1].lower()
        for name, child in self.schema.sobjects.items():
            for field in child.fields.values():
                leads_here = sobject.name in field.to or (field.to_any and sobject.custom)
                if (field.children or "").lower() == wanted and leads_here:
                    listed = [one for one in self.matching(child, query, all_rows) if self.field(child, one, field) == row["id"]]
                    page = [self.record(child, one, query, all_rows) for one in self.page(child, query, listed)]
                    assert name
                    return str(field.children), {"totalSize": len(page), "done": True, "records": page} if page else None
        raise AssertionError(wanted)

    def typeof(self, sobject: SObject, row: Row, one: TypeOf) -> dict[str, Any]:
        relationship = one.relationship.names[-1]
        key = next(str(f.relationship) for f in sobject.fields.values() if (f.relationship or "").lower() == relationship.lower())
        _, parent = self.parent(sobject, row, relationship)
        if parent is None:
            return {key: None}
        kind = self.kinds[parent["id"][:3]]
        for named, paths in one.whens:
            if named.names[0].lower() == kind.name.lower():
                return {key: {self.spelt(kind, p.names[0]): self.value(kind, parent, p.names)[0] for p in paths}}
        if not one.otherwise:
            return {key: None}
        return {key: {self.spelt(None, p.names[0]): self._of_any(parent, p.names[0].lower())[0] for p in one.otherwise}}

    # -- aggregates ----------------------------------------------------------------------------------------------

    def groups(self, sobject: SObject, query: Query, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
        for kept in grouping_sets(query):
            members: dict[tuple[Any, ...], list[Row]] = {}
            for row in rows:
                values = (self.expression(sobject, row, one) for one in kept)
                key = tuple(value.lower() if isinstance(value, str) and type in TEXTS else value for value, type in values)
                members.setdefault(key, []).append(row)
            if not query.group and not members:
                members[()] = []
            for listed in members.values():
                if query.having is None or self.true(
                    query.having, lambda e, listed=listed, kept=kept: self.of_group(sobject, listed, kept, e)
                ):
                    yield self.group_row(sobject, query, listed, kept)

    def group_row(self, sobject: SObject, query: Query, rows: Sequence[Row], kept: Sequence[Expression]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        unnamed = 0
        for one in query.select:
            assert isinstance(one, Selected)
            name = one.alias
            if name is None and isinstance(one.expression, Path):
                name = self.spelt_path(sobject, one.expression)
            if name is None:
                name, unnamed = f"expr{unnamed}", unnamed + 1
            shown[name] = self.of_group(sobject, rows, kept, one.expression)[0]
        return shown

    def spelt_path(self, sobject: SObject, path: Path) -> str:
        here: SObject | None = sobject
        for name in path.names[:-1]:
            assert here is not None
            here = self.parent(here, None, name)[0]
        return self.spelt(here, path.names[-1])

    def of_group(self, sobject: SObject, rows: Sequence[Row], kept: Sequence[Expression], expression: Expression) -> tuple[Any, str]:
        if isinstance(expression, Call) and expression.key == "GROUPING":
            return (0 if spelling(expression.arguments[0]) in {spelling(one) for one in kept} else 1), "int"
        if not aggregates(expression):
            if spelling(expression) not in {spelling(one) for one in kept}:
                return None, "string"
            values = [self.expression(sobject, row, expression) for row in rows]
            type = values[0][1]
            texts = [value for value, _ in values if value is not None]
            return (min(texts, key=lambda text: (text.lower(), text)) if texts and type in TEXTS else values[0][0]), type
        assert isinstance(expression, Call)
        path = expression.arguments[0]
        assert isinstance(path, Path)
        pairs = [self.value(sobject, row, path.names) for row in rows]
        type = pairs[0][1] if pairs else "double"
        found = [value for value, _ in pairs if value is not None]
        match expression.key:
            case "COUNT":
                return len(found), "int"
            case "COUNT_DISTINCT":
                return len({value.lower() if type in TEXTS else value for value in found}), "int"
            case "SUM":
                return (sum(found) if found else None), type
            case "AVG":
                return (sum(found) / len(found) if found else None), "double"
        ordered = sorted(found, key=lambda value: (value.lower(), value) if type in TEXTS else value)
        return (None if not ordered else ordered[0 if expression.key == "MIN" else -1]), type


def grouping_sets(query: Query) -> Iterator[tuple[Expression, ...]]:
    if query.grouping is None:
        yield query.group
    elif query.grouping == "ROLLUP":
        yield from (query.group[:count] for count in range(len(query.group), -1, -1))
    else:
        for chosen in range(2 ** len(query.group)):
            yield tuple(one for bit, one in enumerate(query.group) if chosen >> bit & 1)


def aggregates(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.key in {"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"}


def spelling(expression: Expression | Literal) -> str:
    return str(expression).lower()


def sign(number: int) -> int:
    return (number > 0) - (number < 0)


def like(text: str, pattern: str) -> bool:
    r"""% any run, _ one character, \% and \_ themselves; both sides are in lower case already."""
    made = ""
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if char == "\\" and position + 1 < len(pattern) and pattern[position + 1] in "%_\\":
            position += 1
            made += re.escape(pattern[position])
        else:
            made += {"%": ".*", "_": "."}.get(char, re.escape(char))
        position += 1
    return re.fullmatch(made, text, re.DOTALL) is not None


def _formula(path: str) -> Callable[[Naive, SObject, Row], Any]:
    return lambda naive, sobject, row: naive.value(sobject, row, path.split("."))[0]


def _days_since(name: str) -> Callable[[Naive, SObject, Row], Any]:
    def days(naive: Naive, sobject: SObject, row: Row) -> float | None:
        return None if row[name] is None else float((naive.today - date.fromisoformat(row[name])) / timedelta(days=1))

    return days


def _first_of(*names: str) -> Callable[[Naive, SObject, Row], Any]:
    return lambda naive, sobject, row: next((row[name] for name in names if row[name] is not None), None)


FORMULAS: dict[tuple[str, str], Callable[[Naive, SObject, Row], Any]] = {
    ("bpats__ATS_Applicant__c", "bpats__Applicant_Email__c"): _formula("bpats__ATS_Applicant__r.Email"),
    ("bpats__ATS_Applicant__c", "bpats__Applicant_Name__c"): _formula("bpats__ATS_Applicant__r.Name"),
    ("bpats__ATS_Applicant__c", "bpats__Hiring_Manager_Name__c"): _formula("bpats__Job__r.bpats__Hiring_Manager__r.Name"),
    ("bpats__ATS_Applicant__c", "bpats__Days_in_Current_Stage__c"): _days_since("bpats__Current_Stage_Date__c"),
    ("bpats__ATS_Applicant__c", "bpats__Days_Since_Initial_Application__c"): _days_since("bpats__Initial_Application_Date__c"),
    ("bpats__ATS_Applicant__c", "Job_Status__c"): _formula("bpats__Job__r.bpats__Status__c"),
    ("bpats__ATS_Applicant__c", "Job_Title__c"): _formula("bpats__Job__r.bpats__Job_Title__c"),
    ("bpats__ATS_Applicant__c", "Compensation__c"): _first_of("bpats__Salary__c", "bpats__Pay_Rate__c"),
    ("bpats__ATS_Stage__c", "bpats__Job_Type__c"): _formula("bpats__Job__r.bpats__Type__c"),
    ("bpats__Job__c", "bpats__Account_Name__c"): _formula("bpats__Account__r.Name"),
    ("bpats__Job__c", "Compensation__c"): _first_of("bpats__Salary__c", "bpats__Pay_Rate__c"),
}

DATE_PARTS: dict[str, Callable[[datetime], Any]] = {
    "CALENDAR_YEAR": lambda at: at.year,
    "CALENDAR_QUARTER": lambda at: -(-at.month // 3),
    "CALENDAR_MONTH": lambda at: at.month,
    "FISCAL_YEAR": lambda at: at.year,
    "FISCAL_QUARTER": lambda at: -(-at.month // 3),
    "FISCAL_MONTH": lambda at: at.month,
    "DAY_IN_YEAR": lambda at: at.timetuple().tm_yday,
    "DAY_IN_MONTH": lambda at: at.day,
    "DAY_IN_WEEK": lambda at: at.isoweekday() % 7 + 1,
    "WEEK_IN_YEAR": lambda at: -(-at.timetuple().tm_yday // 7),
    "WEEK_IN_MONTH": lambda at: -(-at.day // 7),
    "DAY_ONLY": lambda at: at.date().isoformat(),
    "HOUR_IN_DAY": lambda at: at.hour,
}
