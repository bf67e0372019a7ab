"""Hypothesis strategies for SOQL: statements that are well formed and typed over the small org, and texts that hardly are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mock_servers.asymbl.schema import Field, Schema, SObject
from mock_servers.asymbl.soql.dates import RANGES, RANGES_WITH_NUMBER
from tests.mock_servers.asymbl.naive_soql import DATE_PARTS, FORMULAS, NUMBERS, TEXTS

OBJECTS = ("Contact", "Account", "User", "bpats__Job__c", "bpats__ATS_Stage__c", "bpats__ATS_Applicant__c", "bpats__ATS_Template_Stage__c")
Draw = Any


@dataclass(frozen=True)
class Column:
    """A path and what stands at its end."""

    path: str
    type: str
    field: Field
    values: tuple[Any, ...]
    """What rows have there."""


class Statements:
    """Draws statements over one org."""

    def __init__(self, schema: Schema, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.schema, self.rows = schema, rows
        self._fitting: dict[Any, st.SearchStrategy[Column] | None] = {}
        self.columns = {name: self._columns(schema[name]) for name in OBJECTS}

    def _columns(self, sobject: SObject, prefix: str = "", depth: int = 0) -> list[Column]:
        found = []
        for field in sobject.fields.values():
            if field.formula and (sobject.name, field.name) not in FORMULAS:
                continue
            kept = {row.get(field.name, (row.get("own") or {}).get(field.name)) for row in self.rows[sobject.name]}
            if field.type == "id":
                kept = {row["id"] for row in self.rows[sobject.name]}
            values = tuple(sorted((value for value in kept if value is not None), key=str))[:25]
            if field.type != "address":
                found.append(Column(prefix + field.name, field.type, field, values))
            one_kind = len(field.to) == 1 and not field.to_any and field.to[0] in OBJECTS
            if field.relationship is not None and one_kind and depth < 2:
                found += self._columns(self.schema[field.to[0]], f"{prefix}{field.relationship}.", depth + 1)
            elif field.relationship is not None and len(field.to) > 1 and depth < 2:
                kinds = tuple(field.to)
                texts = {"Name": ("Priya Raman", "Unassigned Jobs"), "Type": kinds, "Email": ("priya.raman@halden.example",)}
                for name, some in texts.items():
                    found.append(Column(f"{prefix}{field.relationship}.{name}", "string", Field(name, "string", name), some))
        return found

    # -- pieces --------------------------------------------------------------------------------------------------

    def column(
        self, draw: Draw, sobject: str, *, types: frozenset[str] | None = None, flag: str | None = None, own: bool = False
    ) -> Column | None:
        """A column whose describe flag is set; `own`: of the object itself, no parent's."""
        key = (sobject, types, flag, own)
        if key not in self._fitting:
            fitting = [
                one
                for one in self.columns[sobject]
                if (types is None or one.type in types) and (flag is None or getattr(one.field, flag)) and not (own and "." in one.path)
            ]
            self._fitting[key] = st.sampled_from(fitting) if fitting else None
        strategy = self._fitting[key]
        return None if strategy is None else draw(strategy)

    def cased(self, draw: Draw, text: str) -> str:
        return draw(st.sampled_from([text, text, text, text.lower(), text.upper()]))

    def literal(self, draw: Draw, column: Column) -> str:
        if draw(st.integers(0, 9)) == 0:
            return "null"
        known = draw(st.sampled_from(column.values)) if column.values and draw(st.integers(0, 4)) else None
        match column.type:
            case "boolean":
                return draw(st.sampled_from(["true", "false", "TRUE"]))
            case "id" | "reference":
                id = known if known is not None else "003Hp0000000001IAA"
                return f"'{draw(st.sampled_from([id, id[:15]]))}'"
            case "date":
                return known or draw(st.dates()).isoformat()
            case "datetime":
                if known is not None:
                    return str(known)
                at = draw(st.datetimes())
                return f"{at.year:04d}-{at:%m-%dT%H:%M:%S}{draw(st.sampled_from(['Z', '+02:00', '-0730', '.5Z']))}"
            case type if type in NUMBERS:
                number = known if known is not None else draw(st.sampled_from([0, 1, -1, 0.5, 1000, 75000.0]))
                return str(number)
        text = known if known is not None else draw(st.text(max_size=8))
        return quoted(self.cased(draw, str(text)))

    def comparison(self, draw: Draw, sobject: str) -> str:
        column = self.column(draw, sobject, flag="filterable")
        assert column is not None
        path, type = self.cased(draw, column.path), column.type
        if type == "multipicklist":
            if draw(st.booleans()):
                parts = st.lists(st.sampled_from(column.values or ("x",)), min_size=1, max_size=3)
                listed = ", ".join(
                    quoted(self.cased(draw, ";".join(str(draw(parts)).strip("[]'").split("', '")))) for _ in range(draw(st.integers(1, 2)))
                )
                return f"{path} {draw(st.sampled_from(['INCLUDES', 'excludes']))} ({listed})"
            return f"{path} {draw(st.sampled_from(['=', '!=']))} {self.literal(draw, column)}"
        kind = draw(st.integers(0, 9))
        if type in {"date", "datetime"} and kind < 5:
            if draw(st.integers(0, 3)) == 0:
                part = draw(st.sampled_from(sorted(DATE_PARTS)))
                if part not in {"DAY_ONLY", "HOUR_IN_DAY"}:
                    return f"{part}({path}) {self.operator(draw)} {draw(st.integers(0, 2030))}"
            return f"{path} {self.operator(draw)} {self.range(draw)}"
        if kind < 2:
            listed = ", ".join(self.literal(draw, column) for _ in range(draw(st.integers(1, 4))))
            return f"{path} {draw(st.sampled_from(['IN', 'NOT IN', 'in', 'Not In']))} ({listed})"
        if type in TEXTS and kind < 5:
            return f"{path} LIKE {self.pattern(draw, column)}"
        ordered = type not in {"id", "reference", "boolean"}
        operator = self.operator(draw) if ordered else draw(st.sampled_from(["=", "!=", "<>"]))
        return f"{path} {operator} {self.literal(draw, column)}"

    def operator(self, draw: Draw) -> str:
        return draw(st.sampled_from(["=", "!=", "<>", "<", "<=", ">", ">="]))

    def range(self, draw: Draw) -> str:
        if draw(st.booleans()):
            return self.cased(draw, draw(st.sampled_from(sorted(RANGES))))
        return f"{draw(st.sampled_from(sorted(RANGES_WITH_NUMBER)))}:{draw(st.integers(0, 40))}"

    def pattern(self, draw: Draw, column: Column) -> str:
        text = str(draw(st.sampled_from(column.values))) if column.values else "abc"
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        middle = quoted(self.cased(draw, text[start:end]))[1:-1]
        before, after = (draw(st.sampled_from(["", "%", "_", r"\%", r"\_"])) for _ in range(2))
        return f"'{before}{middle}{after}'"

    def condition(self, draw: Draw, sobject: str, depth: int = 0) -> str:
        kind = draw(st.integers(0, 9))
        if depth >= 3 or kind < 5:
            return self.comparison(draw, sobject)
        if kind < 6:
            return f"(NOT {self.unary(draw, sobject, depth + 1)})"
        word = draw(st.sampled_from([" AND ", " OR ", " and "]))
        return "(" + word.join(self.condition(draw, sobject, depth + 1) for _ in range(draw(st.integers(2, 3)))) + ")"

    def unary(self, draw: Draw, sobject: str, depth: int) -> str:
        return self.comparison(draw, sobject) if draw(st.booleans()) else self.condition(draw, sobject, depth)

    def where(self, draw: Draw, sobject: str, *, semijoins: bool = True) -> str:
        kind = draw(st.integers(0, 9))
        if kind < 2:
            return ""
        if kind < 3:
            return f" WHERE NOT {self.unary(draw, sobject, 1)}"
        parts = [self.condition(draw, sobject) for _ in range(draw(st.integers(1, 2)))]
        if semijoins and draw(st.integers(0, 3)) == 0:
            joined = self.semijoin(draw, sobject)
            parts += [joined] if joined is not None else []
        return " WHERE " + " AND ".join(parts)

    def semijoin(self, draw: Draw, sobject: str) -> str | None:
        """Id IN (SELECT reference FROM Child …), or reference IN (SELECT Id FROM Parent …)."""
        children = [
            (child.sobject, child.field.name)
            for child in self.schema.children(sobject)
            if child.sobject in OBJECTS and child.sobject != sobject and child.field.to == (sobject,)
        ]
        word = draw(st.sampled_from(["IN", "NOT IN"]))
        if children and draw(st.booleans()):
            inner, reference = draw(st.sampled_from(children))
            return f"Id {word} (SELECT {reference} FROM {inner}{self.inner_where(draw, inner)})"
        reference = self.column(draw, sobject, types=frozenset({"reference"}), own=True)
        if reference is None or len(reference.field.to) != 1 or reference.field.to[0] not in OBJECTS or reference.field.to[0] == sobject:
            return None
        inner = reference.field.to[0]
        return f"{reference.path} {word} (SELECT Id FROM {inner}{self.inner_where(draw, inner)})"

    def inner_where(self, draw: Draw, sobject: str) -> str:
        parts = [self.comparison(draw, sobject) for _ in range(draw(st.integers(0, 2)))]
        return " WHERE " + " AND ".join(parts) if parts else ""

    def order(self, draw: Draw, sobject: str, *, always: bool = False) -> str:
        items = []
        for _ in range(draw(st.integers(1 if always else 0, 2))):
            column = self.column(draw, sobject, flag="sortable")
            assert column is not None
            items.append(f"{column.path}{draw(st.sampled_from(['', ' ASC', ' DESC', ' desc']))}{self.nulls(draw)}")
        return f" ORDER BY {', '.join(items)}" if items else ""

    def nulls(self, draw: Draw) -> str:
        return draw(st.sampled_from(["", "", " NULLS FIRST", " NULLS LAST"]))

    def limits(self, draw: Draw, *, offset: bool = True) -> str:
        text = f" LIMIT {draw(st.integers(0, 30))}" if draw(st.booleans()) else ""
        return text + (f" OFFSET {draw(st.integers(0, 10))}" if offset and draw(st.integers(0, 3)) == 0 else "")

    def selected(self, draw: Draw, sobject: str, most: int = 6) -> list[str]:
        chosen: dict[str, str] = {}
        for _ in range(draw(st.integers(1, most))):
            column = self.column(draw, sobject)
            assert column is not None
            if column.type != "base64":
                chosen[column.path.lower()] = self.cased(draw, column.path)
        return list(chosen.values())

    # -- whole statements ----------------------------------------------------------------------------------------

    def plain(self, draw: Draw) -> str:
        sobject = draw(st.sampled_from(OBJECTS))
        items = self.selected(draw, sobject)
        if draw(st.integers(0, 3)) == 0:
            child = self.child(draw, sobject)
            items += [child] if child is not None else []
        owner = self.schema[sobject].field("OwnerId")
        plain_owner = not any(item.lower().startswith("owner.") for item in items)
        if owner is not None and len(owner.to) > 1 and plain_owner and draw(st.integers(0, 3)) == 0:
            otherwise = draw(st.sampled_from(["", " ELSE Name, Id"]))
            items.append(f"TYPEOF Owner WHEN User THEN Name, Email, IsActive WHEN Group THEN Id, DeveloperName{otherwise} END")
        source = self.cased(draw, sobject)
        where = self.where(draw, sobject)
        return f"SELECT {', '.join(items)} FROM {source}{where}{self.order(draw, sobject)}{self.limits(draw)}"

    def child(self, draw: Draw, sobject: str) -> str | None:
        names = [
            child
            for child in self.schema.children(sobject)
            if child.name is not None and child.sobject in OBJECTS and child.field.column is not None
        ]
        # A name may stand for several children where the package has it twice; those are left out.
        known = [child.name for child in names]
        single = [child for child in names if known.count(child.name) == 1 and self._only(sobject, str(child.name))]
        if not single:
            return None
        chosen = draw(st.sampled_from(single))
        inner = chosen.sobject
        items = ", ".join(self.selected(draw, inner, 3))
        where = self.where(draw, inner, semijoins=False)
        return f"(SELECT {items} FROM {chosen.name}{where}{self.order(draw, inner)}{self.limits(draw, offset=False)})"

    def _only(self, sobject: str, relationship: str) -> bool:
        return len([1 for child in self.schema.children(sobject) if (child.name or "").lower() == relationship.lower()]) == 1

    def counting(self, draw: Draw) -> str:
        sobject = draw(st.sampled_from(OBJECTS))
        return f"SELECT COUNT() FROM {sobject}{self.where(draw, sobject)}{self.limits(draw)}"

    def grouped(self, draw: Draw) -> str:
        sobject = draw(st.sampled_from(OBJECTS))
        groups: dict[str, str] = {}
        for _ in range(draw(st.integers(0, 2))):
            column = self.column(draw, sobject, flag="groupable")
            assert column is not None
            if column.type != "id":
                groups.setdefault(column.path.rpartition(".")[2].lower(), column.path)
        if draw(st.integers(0, 2)) == 0:
            part = draw(st.sampled_from(sorted(DATE_PARTS)))
            moment = self.column(draw, sobject, types=frozenset({"datetime"}))
            assert moment is not None
            zoned = draw(st.booleans())
            groups["f"] = f"{part}(convertTimezone({moment.path}))" if zoned else f"{part}({moment.path})"
        listed = list(groups.values())
        items = [one for one in listed if draw(st.integers(0, 3))]
        for number in range(draw(st.integers(1, 3))):
            items.append(self.aggregate(draw, sobject) + draw(st.sampled_from(["", f" a{number}"])))
        group = ""
        if listed:
            form = draw(st.sampled_from(["{}", "{}", "ROLLUP({})", "CUBE({})"]))
            group = " GROUP BY " + form.format(", ".join(listed))
            if form != "{}":
                items.append(f"GROUPING({listed[0]}) g")
        having = f" HAVING {self.having(draw, sobject)}" if group and draw(st.integers(0, 2)) == 0 else ""
        return f"SELECT {', '.join(items)} FROM {sobject}{self.where(draw, sobject)}{group}{having}"

    def aggregate(self, draw: Draw, sobject: str) -> str:
        name = draw(st.sampled_from(["COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"]))
        types = frozenset(NUMBERS) if name in {"SUM", "AVG"} else None
        column = self.column(draw, sobject, types=types, flag="sortable" if name in {"MIN", "MAX"} else "filterable")
        if column is None or column.type == "boolean":
            return "COUNT(Id)"
        return f"{self.cased(draw, name)}({column.path})"

    def having(self, draw: Draw, sobject: str) -> str:
        number = draw(st.integers(0, 20))
        return f"COUNT(Id) {self.operator(draw)} {number}"


def quoted(text: str) -> str:
    """A SOQL string of any text."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    for char, escape in (("\n", "\\n"), ("\r", "\\r")):
        escaped = escaped.replace(char, escape)
    return f"'{escaped}'"


TOKENS = (
    "SELECT", "FROM", "WHERE", "Id", "Name", "Contact", "Account.Name", "bpats__Job__c", "(", ")", ",", "=", "!=", "<", "LIKE", "IN", "NOT",
    "AND", "OR", "null", "true", "'a'", "'%'", "5", "-", "1.5", "2026-01-01", "2026-01-01T00:00:00Z", "TODAY", "LAST_N_DAYS:3", "ORDER", "BY",
    "GROUP", "HAVING", "LIMIT", "OFFSET", "COUNT()", "COUNT(Id)", "MAX(CreatedDate)", "FIELDS(ALL)", "FIELDS(STANDARD)", "TYPEOF", "WHEN",
    "THEN", "END", "ELSE", "Owner", "User", "CALENDAR_YEAR(CreatedDate)", "ROLLUP", "DESC", "NULLS", "LAST", "FOR", "VIEW", "USING SCOPE mine",
    "WITH SECURITY_ENFORCED", "(SELECT Id FROM Contacts)", "(SELECT Id FROM Account)", ";", ":", ".", "'", "\\", "*", "\N{SNOWMAN}", "\n",
    "INCLUDES", "EXCLUDES", "convertTimezone(CreatedDate)", "DISTANCE(MailingAddress, GEOLOCATION(1,1), 'mi')", "toLabel(LeadSource)",
    "GROUPING(Name)", "MailingAddress", "VersionData", "ContentVersion", "ContentDocumentLink", "0", "99999999999999999999999", "USD5",
)  # fmt: skip


def torn(statement: str) -> st.SearchStrategy[str]:
    """A statement after something happened to it: words lost, doubled, exchanged for others, letters dropped."""

    def change(words: list[str], changes: list[tuple[int, int, str]]) -> str:
        for at, kind, token in changes:
            place = at % max(1, len(words))
            if kind == 0:
                words[place : place + 1] = []
            elif kind == 1:
                words.insert(place, token)
            elif kind == 2 and words:
                words[place] = token
            elif words:
                words[place] = words[place][1:]
        return " ".join(words)

    one = st.tuples(st.integers(0, 200), st.integers(0, 3), st.sampled_from(TOKENS))
    return st.lists(one, min_size=1, max_size=4).map(lambda changes: change(statement.split(" "), changes))


LOOSE = st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join).map(lambda text: f"SELECT {text}")
