"""One org as its requests see it: its schema, its key prefixes, its running user."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, select

from mock_servers.asymbl import ids, tables
from mock_servers.asymbl.own_schema import org_schema
from mock_servers.asymbl.schema import Schema, SObject

if TYPE_CHECKING:
    from mock_servers.asymbl.security import Access
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Store
    from mock_servers.engine.tenants import Tenant

_KNOWN: WeakKeyDictionary[Store, tuple[int, Any, Org]] = WeakKeyDictionary()
"""By store: the version at which it was last looked at, what it then told, and what was made of that."""


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
    if known is not None and known[0] == store.version:
        return known[2]
    told = tuple(tuple(row[0] for row in store.query(f"all of {name}", build)) for name, build in _TOLD.items())
    if known is not None and known[1] == told:
        _KNOWN[store] = (store.version, told, known[2])
        return known[2]
    features, custom_fields, describes = told
    schema = org_schema(frozenset(features), custom_fields, describes)
    org = Org(schema, _prefixes(store, schema))
    _KNOWN[store] = (store.version, told, org)
    return org


def _features() -> Any:
    table = tables.METADATA.tables[tables.FEATURES]
    return select(table.c.id).order_by(table.c.id)


def _custom_fields() -> Any:
    table = tables.METADATA.tables[tables.CUSTOM_FIELDS]
    told = func.json_object(
        "TableEnumOrId", table.c.TableEnumOrId, "DeveloperName", table.c.DeveloperName, "Metadata", func.json(table.c.Metadata)
    )
    return select(told).order_by(table.c.id)


def _describes() -> Any:
    table = tables.METADATA.tables[tables.DESCRIBES]
    return select(table.c.describe).order_by(table.c.id)


_TOLD = {tables.FEATURES: _features, tables.CUSTOM_FIELDS: _custom_fields, tables.DESCRIBES: _describes}


def _prefixes(store: Store, schema: Schema) -> dict[str, str]:
    found = {name: sobject.prefix for name, sobject in schema.sobjects.items() if sobject.prefix is not None}
    given = {row["id"].lower(): row["prefix"] for row in store.where(tables.KEY_PREFIXES)}
    found.update({name: prefix for name, prefix in given.items() if name in schema.sobjects})
    missing = sorted(name for name in schema.sobjects if name not in found)
    return {**found, **ids.custom_prefixes(missing, set(found.values()))}
