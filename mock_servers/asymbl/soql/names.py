"""From the names in a statement to columns of the store, through what the caller sees: unknown and invisible are alike here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mock_servers.asymbl import formulas, sharing, tables
from mock_servers.asymbl.schema import NAME_PARTS, Field, SObject
from mock_servers.asymbl.security import Access, Visible
from mock_servers.asymbl.soql.binds import Binds, purged, today, user
from mock_servers.asymbl.soql.errors import complaint
from mock_servers.asymbl.soql.tree import Path
from mock_servers.asymbl.wire import ApiError

MOST_LEVELS = 5
"""How far a path may climb (SOQL reference)."""
_HINT_FIELD = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL "
    "or the describe call for the appropriate names."
)
_HINT_RELATIONSHIP = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please "
    "reference your WSDL or the describe call for the appropriate names."
)
_HINT_OBJECT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or "
    "the describe call for the appropriate names."
)

NAME = "Name"
"""What a parent that may be of several kinds is: an object with the fields that they have in common."""
_NAME_FIELDS = {
    one.lower(): Field(one, type, one, length=length, groupable=True)
    for one, type, length in (
        ("Id", "id", 18), ("Name", "string", 121), ("Type", "string", 40), ("FirstName", "string", 40), ("LastName", "string", 80),
        ("Alias", "string", 8), ("Email", "email", 128), ("IsActive", "boolean", 0), ("Phone", "phone", 40), ("Title", "string", 128),
        ("Username", "string", 80), ("ProfileId", "reference", 18), ("UserRoleId", "reference", 18),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """An SQL expression and the field whose value it is."""

    sql: str
    field: Field
    owner: str
    """The object of the field, for messages."""
    path: tuple[str, ...] = ()
    """Canonical names from the root."""

    @property
    def type(self) -> str:
        return self.field.type


class Statement:
    """One FROM with its joins: resolves paths, and collects what the SQL needs. Subqueries share binds and counters."""

    def __init__(self, access: Access, visible: Visible, text: str, binds: Binds, alias: str, *, all_rows: bool) -> None:
        self.access, self.visible, self.text, self.binds, self.alias, self.all_rows = access, visible, text, binds, alias, all_rows
        self.joins: dict[tuple[str, ...], tuple[str, str]] = {}
        """(alias, JOIN …) by the path of canonical relationship names."""
        self.aliases: dict[str, tuple[str, ...]] = {}
        """What names in the statement stand for: the object itself is the empty path."""

    # -- objects ---------------------------------------------------------------------------------------------------

    def error(self, at: int, code: str, message: str) -> ApiError:
        return complaint(self.text, at, code, message)

    def from_sql(self) -> str:
        """FROM with all joins that were needed."""
        joined = "".join(f" {join}" for _, join in self.joins.values())
        return f'FROM "{tables.table_of(self.visible.sobject)}" {self.alias}{joined}'

    def rows_sql(self) -> list[str]:
        """Conditions that every row of the object must meet: not deleted, shared with the caller."""
        found = [self._private(self.visible, self.alias)]
        if self.visible.sobject.soft_deletes and not self.all_rows:
            found.append(f'{self.alias}."IsDeleted" = 0')
        elif self.visible.sobject.soft_deletes and "systemmodstamp" in self.visible.sobject.fields:
            found.append(f'({self.alias}."IsDeleted" = 0 OR {self.alias}."SystemModstamp" >= {self.binds.add(purged)})')
        if self.visible.sobject.own:
            found.append(f"{self.alias}.sobject = {self.binds.add(self.visible.name)}")
        return [one for one in found if one is not None]

    def _private(self, visible: Visible, alias: str) -> str | None:
        if sharing.condition(self.access, visible, alias, "") is None:
            return None
        return sharing.condition(self.access, visible, alias, self.binds.add(user))

    # -- paths -----------------------------------------------------------------------------------------------------

    def value(self, path: Path) -> Value:
        """The value at a path as the caller may see it. Raises ApiError with the place of the name that does not lead on."""
        names, ats = self._without_alias(path)
        if len(names) > MOST_LEVELS + 1:
            raise self.error(ats[0], "MALFORMED_QUERY", f"Only {MOST_LEVELS} levels of parent relationships are allowed: {path}")
        here, alias = self.visible, self.alias
        climbed: tuple[str, ...] = ()
        for number, (name, at) in enumerate(zip(names[:-1], ats, strict=False)):
            reference = here.parent_field(name)
            if reference is None:
                raise self.error(at, "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path. {_HINT_RELATIONSHIP}")
            if reference.polymorphic:
                return self._of_any(reference, alias, here, names[number + 1 :], ats[number + 1 :], climbed)
            parent = self.access.get(reference.to[0])
            if parent is None:
                raise self.error(at, "INVALID_FIELD", f"Didn't understand relationship '{name}' in field path. {_HINT_RELATIONSHIP}")
            climbed = (*climbed, str(reference.relationship))
            alias = self.join(climbed, parent.sobject, self.column(here.sobject, reference, alias), self._private_join(parent))
            here = parent
        wanted = here.field(names[-1])
        if wanted is None:
            raise self.error(ats[-1], "INVALID_FIELD", f"No such column '{names[-1]}' on entity '{here.name}'. {_HINT_FIELD}")
        return Value(self.column(here.sobject, wanted, alias), wanted, here.name, (*climbed, wanted.name))

    def _without_alias(self, path: Path) -> tuple[tuple[str, ...], tuple[int, ...]]:
        names, ats = path.names, path.ats
        if len(names) > 1 and names[0].lower() in self.aliases:
            stands_for = self.aliases[names[0].lower()]
            return (*stands_for, *names[1:]), (*([ats[0]] * len(stands_for)), *ats[1:])
        return names, ats

    def _private_join(self, parent: Visible) -> Callable[[str], str | None]:
        return lambda alias: self._private(parent, alias)

    def join(self, climbed: tuple[str, ...], parent: SObject, reference: str, more: Callable[[str], str | None] | None = None) -> str:
        """The alias under which the parent at this path is joined; null where there is none."""
        if climbed not in self.joins:
            alias = f"{self.alias}p{len(self.joins)}"
            extra = more(alias) if more is not None else None
            condition = f"{alias}.id = {reference}" + (f" AND {extra}" if extra is not None else "")
            self.joins[climbed] = (alias, f'LEFT JOIN "{tables.table_of(parent)}" {alias} ON {condition}')
        return self.joins[climbed][0]

    def column(self, sobject: SObject, wanted: Field, alias: str) -> str:
        """The SQL of one field of a joined object."""
        if wanted.formula:
            return self._of_row(self._formula(sobject, wanted, alias), alias)
        if wanted.own:
            path = self.binds.add(f'$."{wanted.name}"')
            value = f"json_extract({alias}.{tables.OWN}, {path})"
            return self._of_row(f"coalesce({value}, 0)", alias) if wanted.type == "boolean" else value
        if wanted.composed:
            parts = [f"""coalesce({alias}."{name}" || ' ', '')""" for name in NAME_PARTS if name.lower() in sobject.fields]
            return f"nullif(rtrim({' || '.join(parts)}), '')"
        if wanted.type == "id":
            return f"{alias}.id"
        if wanted.type == "base64":
            return f'({alias}."{wanted.column}" IS NOT NULL)'
        return f'{alias}."{wanted.column}"'

    def _of_row(self, sql: str, alias: str) -> str:
        """What would have a value even for a parent that is not there has none for such a parent."""
        return sql if alias == self.alias else f"CASE WHEN {alias}.id IS NOT NULL THEN {sql} END"

    # -- parents of several kinds ----------------------------------------------------------------------------------

    def kinds(self, reference: Field) -> dict[str, SObject]:
        """The objects to which a reference may lead, by key prefix."""
        org = self.access.org
        found = [org.schema.get(name) for name in reference.to]
        if reference.to_any:
            found += [one for one in org.schema.sobjects.values() if one.custom]
        return {org.prefix_of(one): one for one in found if one is not None}

    def _of_any(
        self, reference: Field, alias: str, here: Visible, names: tuple[str, ...], ats: tuple[int, ...], climbed: tuple[str, ...]
    ) -> Value:
        """A field of a parent whose kind only its id tells."""
        wanted = _NAME_FIELDS.get(names[0].lower()) if len(names) == 1 else None
        if wanted is None:
            if len(names) > 1:
                message = f"Didn't understand relationship '{names[0]}' in field path. {_HINT_RELATIONSHIP}"
            else:
                message = f"No such column '{names[0]}' on entity '{NAME}'. {_HINT_FIELD}"
            raise self.error(ats[0], "INVALID_FIELD", message)
        column = self.column(here.sobject, reference, alias)
        path = (*climbed, str(reference.relationship), wanted.name)
        if wanted.name == "Id":
            return Value(column, wanted, NAME, path)
        if wanted.name == "Type":
            whens = " ".join(f"WHEN '{prefix}' THEN '{one.name}'" for prefix, one in self.kinds(reference).items())
            return Value(f"CASE substr({column}, 1, 3) {whens} END", wanted, NAME, path)
        parts = [sql for one in self.kinds(reference).values() if (sql := self._scalar(one, wanted, column)) is not None]
        return Value(f"coalesce({', '.join(parts)}, NULL)" if parts else "NULL", wanted, NAME, path)

    def _scalar(self, sobject: SObject, wanted: Field, reference: str) -> str | None:
        visible = self.access.get(sobject.name)
        known = visible.field(wanted.name) if visible is not None else None
        if known is None and visible is not None and wanted.name == "Name":
            known = sobject.name_field
        if known is None or known.formula or known.type == "address":
            return None
        return f'(SELECT {self.column(sobject, known, "x")} FROM "{tables.table_of(sobject)}" x WHERE x.id = {reference})'

    # -- formulas --------------------------------------------------------------------------------------------------

    def _formula(self, sobject: SObject, wanted: Field, alias: str) -> str:
        told = formulas.FORMULAS.get((sobject.name, wanted.name))
        at = self._formula_path

        def of(path: str) -> str:
            return at(sobject, path, alias)

        match told:
            case formulas.Of(path):
                value = of(path)
                return f"coalesce({value}, 0)" if wanted.type == "boolean" else value
            case formulas.FirstOf(paths):
                return f"coalesce({', '.join(map(of, paths))})"
            case formulas.DaysSince(path):
                return f"CAST(julianday({self.binds.add(today)}) - julianday({of(path)}) AS REAL)"
            case formulas.Joined(paths, between):
                shown = [f"coalesce({_as_text(of(path))}, '')" for path in paths]
                return f" || {self.binds.add(between)} || ".join(shown)
            case formulas.Percentage(percent, amount):
                return f"round({of(percent)} * {of(amount)} / 100.0, 2)"
            case formulas.Difference(left, right):
                return f"(coalesce({of(left)}, 0.0) - coalesce({of(right)}, 0.0))"
            case None:
                return "NULL"

    def _formula_path(self, sobject: SObject, path: str, alias: str) -> str:
        """Like `value`, but formulas see everything."""
        *relationships, name = path.split(".")
        climbed: tuple[str, ...] = ("formula", alias)
        for relationship in relationships:
            reference = sobject.parent_field(relationship)
            if reference is None:
                raise AssertionError(f"a formula of {sobject.name} climbs {relationship}")
            link = self.column(sobject, reference, alias)
            sobject = self.access.schema[reference.to[0]]
            climbed = (*climbed, relationship)
            alias = self.join(climbed, sobject, link)
        wanted = sobject.field(name)
        if wanted is None:
            raise AssertionError(f"a formula reads {sobject.name}.{name}")
        return self.column(sobject, wanted, alias)


def _as_text(sql: str) -> str:
    return f"CASE WHEN typeof({sql}) = 'real' THEN CAST(CAST({sql} AS INTEGER) AS TEXT) ELSE {sql} END"


def object_named(access: Access, name: str, at: int, text: str) -> Visible:
    """The object behind FROM. Raises INVALID_TYPE for one that is not there or may not be read."""
    visible = access.get(name)
    if visible is None:
        raise complaint(text, at, "INVALID_TYPE", f"sObject type '{name}' is not supported. {_HINT_OBJECT}")
    return visible


def child_named(access: Access, parent: Visible, relationship: str, at: int, text: str) -> tuple[Visible, Field]:
    """(child object, its reference to the parent) behind FROM in a subquery. Raises INVALID_TYPE."""
    for child in access.schema.children(parent.name):
        if child.name is not None and child.name.lower() == relationship.lower():
            visible = access.get(child.sobject)
            if visible is not None and child.field.name.lower() in visible.fields:
                return visible, child.field
    message = f"Didn't understand relationship '{relationship}' in FROM part of query call. {_HINT_RELATIONSHIP}"
    raise complaint(text, at, "INVALID_TYPE", message)
