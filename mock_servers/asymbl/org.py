"""One org as its requests see it: its schema, its key prefixes, its running user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import select

from mock_servers.asymbl import ids, tables
from mock_servers.asymbl.own_schema import field_of_metadata, org_schema, sobject_of_describe
from mock_servers.asymbl.schema import Schema, SObject, whole_schema

if TYPE_CHECKING:
    from mock_servers.asymbl.security import Access
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store
    from mock_servers.engine.tenants import Tenant

_KNOWN: WeakKeyDictionary[Store, tuple[int, Org]] = WeakKeyDictionary()
"""By store: the version at which it was last looked at, and what it then was."""


@dataclass(frozen=True, eq=False)
class Org:
    """Schema and prefixes of one tenant; made anew when its features or its own describes change."""

    schema: Schema
    prefixes: dict[str, str]
    """By the object's name in lower case."""
    accesses: dict[tuple[frozenset[str], frozenset[str]], Access] = field(default_factory=dict)
    """What each set of permissions opens, by the permissions and the private objects; kept by security.py."""

    @cached_property
    def by_prefix(self) -> dict[str, SObject]:
        return {prefix: self.schema[name] for name, prefix in self.prefixes.items()}

    def sobject_of(self, id: str) -> SObject | None:
        """The object to which an id of 15 or 18 characters belongs, by its first three; None for none here."""
        return self.by_prefix.get(id[:3])

    def prefix_of(self, sobject: SObject) -> str:
        return self.prefixes[sobject.name.lower()]


def org_of(exchange: Exchange) -> Org:
    """The org that this request talks to."""
    return org_of_tenant(exchange.tenant)


def org_of_tenant(tenant: Tenant) -> Org:
    store = tenant.store
    known = _KNOWN.get(store)
    if known is None or known[0] != store.version:
        told = tuple(tuple(row[0] for row in store.query(f"all of {name}", build)) for name, build in _TOLD.items())
        prefixes = tuple((row["id"].lower(), row["prefix"]) for row in store.where(tables.KEY_PREFIXES))
        known = _KNOWN[store] = (store.version, _org(told, prefixes))
    return known[1]


@lru_cache(32)
def _org(told: tuple[tuple[Any, ...], ...], given: tuple[tuple[str, str], ...]) -> Org:
    """Orgs that say the same are one: what was worked out for a scenario serves all its tenants."""
    features, custom_fields, describes = told
    schema = org_schema(frozenset(features), custom_fields, describes)
    found = {name: sobject.prefix for name, sobject in schema.sobjects.items() if sobject.prefix is not None}
    found.update({name: prefix for name, prefix in given if name in schema.sobjects})
    missing = sorted(name for name in schema.sobjects if name not in found)
    return Org(schema, {**found, **ids.custom_prefixes(missing, set(found.values()))})


def _features() -> Any:
    table = tables.METADATA.tables[tables.FEATURES]
    return select(table.c.id).order_by(table.c.id)


def _documents(name: str) -> Callable[[], Any]:
    table = tables.METADATA.tables[name]
    return lambda: select(table.c.doc).order_by(table.c.id)


_TOLD: dict[str, Callable[[], Any]] = {
    tables.FEATURES: _features,
    **{name: _documents(name) for name in (tables.CUSTOM_FIELDS, tables.DESCRIBES)},
}


def render(store: Store, table: str, row: Row) -> Mapping[str, bytes]:
    """What the org itself added, as own_schema reads it; of records no document is ready: each caller sees another.

    Raises ValueError, KeyError or TypeError for what can be no part of a schema, so that it is refused when it is entered.
    """
    if table == tables.DESCRIBES:
        sobject_of_describe(row["describe"])
        return {"doc": orjson.dumps(row["describe"])}
    if table == tables.CUSTOM_FIELDS:
        owner, name = row["TableEnumOrId"], row["DeveloperName"]
        if whole_schema().get(owner) is None and store.find(tables.DESCRIBES, id=owner) is None:
            raise ValueError(f"CustomField {name}: there is no object {owner!r}")
        field_of_metadata(name, row["Metadata"])
        return {"doc": orjson.dumps({"TableEnumOrId": owner, "DeveloperName": name, "Metadata": row["Metadata"]})}
    return {}
