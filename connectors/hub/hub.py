"""Runs connectors as a product would: connect, sync, read, act. Start here; each verb has its own module beside this one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, select

from connectors.hub.actions import ActionRun
from connectors.hub.clock import Now, instant, wall_now
from connectors.hub.codes import MODEL_DISABLED, MODEL_NOT_AVAILABLE, SETUP_SYNC_PENDING
from connectors.hub.ids import new_integration_id
from connectors.hub.progress import Progress
from connectors.hub.records import Records
from connectors.hub.redact import Redactor
from connectors.hub.scope import Scope, resolve
from connectors.hub.store import Store, integrations
from connectors.hub.sync import SyncRun
from connectors.unified import registry
from connectors.unified.connector import Connector, ConnectorFactory, Diagnostic, ExploredField, Explorer, Probed
from connectors.unified.errors import ConnectorError, Invalid, NotSupported
from connectors.unified.manifest import Manifest
from connectors.unified.service import (
    ActionOutcome,
    ConfigurationError,
    Mode,
    ModelUnavailable,
    PassthroughOutcome,
    SyncOutcome,
    Target,
)

SETTINGS: Mapping[str, Any] = {"sync_only_created": False, "source_name": None}
"""The hub's own connection settings; the others are the connector's.

sync_only_created: keep only candidates and applications that our own create actions made, and what hangs on them. The
product that this hub resembles has it on unless told otherwise; here it is off, so that a first sync shows what is there.
source_name: written as the source of every created application that names none.
"""


@dataclass
class Lease:
    """Who uses a connector: it is closed when another has taken its place and the last user has left."""

    users: int = 0
    retired: bool = False


@dataclass(frozen=True)
class Integration:
    """One connection to one customer's account, open in this process."""

    id: str
    target: Target
    connector: Connector = field(repr=False)
    scope: Scope = field(repr=False)
    redactor: Redactor = field(repr=False)
    only_created: bool
    source_name: str | None
    lease: Lease = field(repr=False, default_factory=Lease)


class Hub:
    """Any number of integrations over one store. Credentials live only in this object."""

    def __init__(
        self,
        store: Store | None = None,
        *,
        factories: Callable[[str], ConnectorFactory] = registry.factory,
        now: Now = wall_now,
        new_id: Callable[[str], str] = new_integration_id,
    ) -> None:
        self._store = Store() if store is None else store
        self._factories = factories
        self._now = now
        self._new_id = new_id
        self._open: dict[str, Integration] = {}
        self._guard = threading.Lock()
        """Over `_open`, `_syncing` and leases; held for moments only."""
        self._syncing: dict[str, threading.Lock] = {}
        """By integration, whatever its credential: held while a sync runs, one at a time."""

    # -- connections --------------------------------------------------------------------------------------------

    def connect(self, target: Target, integration_id: str | None = None) -> str:
        """Open a connection and return its integration's id; give the id of a stored one to go on with its records.

        Raises:
            ConfigurationError: no such connector, or the target can never work.
        """
        id = self._new_id(target.vendor) if integration_id is None else integration_id
        opened = self._opened(id, target)
        with self._store.begin() as connection:
            if connection.execute(select(integrations.c.id).where(integrations.c.id == id)).first() is None:
                connection.execute(insert(integrations).values(id=id, vendor=target.vendor, created_at=instant(self._now())))
        self._replace(id, opened)
        return id

    def reconnect(
        self, integration_id: str, *, credential: Mapping[str, str] | None = None, scope_config: Mapping[str, Any] | None = None
    ) -> None:
        """Go on with another credential or scope config; what was synced stays. Raises ConfigurationError.

        What is under way ends as it began: a sync that runs keeps its credential and scope config.
        """
        old = self._integration(integration_id)
        target = replace(
            old.target,
            credential=old.target.credential if credential is None else credential,
            scope_config=old.target.scope_config if scope_config is None else scope_config,
        )
        self._replace(integration_id, self._opened(integration_id, target))

    def disconnect(self, integration_id: str) -> None:
        """Close the connection and forget the integration with all its records; a sync that runs comes to its end first."""
        with self._one_sync(integration_id), self._store.begin() as connection:
            integration = self._open[integration_id]
            self._replace(integration_id, None)
            self._records(integration).forget(connection)
            self._progress(integration).forget(connection)
            connection.execute(delete(integrations).where(integrations.c.id == integration_id))

    def close(self) -> None:
        """Close every connection; the records stay in the store."""
        for id in list(self._open):
            self._replace(id, None)

    def manifest(self, integration_id: str) -> Manifest:
        """What this integration's connector promises."""
        return self._integration(integration_id).connector.manifest

    # -- the verbs ----------------------------------------------------------------------------------------------

    def probe(self, integration_id: str) -> tuple[Probed, ...]:
        """Which models and fields the credential can read, asked of the vendor; what is off is said to be off, unasked."""
        with self._using(integration_id) as integration:
            off = [Probed(said.model, said.field, readable=False, diagnostic=said) for said in integration.scope.diagnostics()]
            try:
                found = integration.connector.probe(integration.scope.fields)
            except ConnectorError as error:
                found = _none_readable(integration.scope, error)
        redactor = integration.redactor
        # A connector is not asked for what is off, and may speak of it all the same.
        not_asked = {(one.model, one.field) for one in off}
        asked = [one for one in found if not {(one.model, one.field), (one.model, None)} & not_asked]
        told = [one if one.diagnostic is None else replace(one, diagnostic=redactor.diagnostic(one.diagnostic)) for one in asked]
        return (*told, *off)

    def sync(self, integration_id: str, mode: Mode = "FULL", *, on_page: Callable[[], None] = lambda: None) -> SyncOutcome:
        """Run one sync to its end, or go on with one that was interrupted. `on_page` hears of each page before it is kept."""
        with self._one_sync(integration_id), self._using(integration_id) as integration:
            run = SyncRun(
                integration_id=integration_id,
                connector=integration.connector,
                scope=integration.scope,
                only_created=integration.only_created,
                store=self._store,
                records=self._records(integration),
                progress=self._progress(integration),
                on_page=on_page,
            )
            return run.run(mode)

    def read(self, integration_id: str, model: str, *, include_deleted: bool = False) -> list[dict[str, Any]]:
        """All rows of a model. Raises ModelUnavailable."""
        integration = self._integration(integration_id)
        scope = integration.scope
        promised = [item.name for item in scope.manifest.models]
        if model not in promised:
            raise ModelUnavailable(MODEL_NOT_AVAILABLE, f"{scope.manifest.title} has no model {model!r}; it has {', '.join(promised)}")
        if model not in scope.models:
            raise ModelUnavailable(MODEL_DISABLED, f"{model!r} is off in the scope config, or a model that it depends on is")
        with self._store.begin() as connection:
            if not self._progress(integration).ever(connection):
                raise ModelUnavailable(SETUP_SYNC_PENDING, "the first sync has not come through yet")
            return list(self._records(integration).read(connection, model, include_deleted=include_deleted))

    def act(self, integration_id: str, action: str, values: Mapping[str, Any]) -> ActionOutcome:
        """Perform an action by its card name; ids are unified ids, job ids also "remote:<id>"."""
        with self._using(integration_id) as integration:
            run = ActionRun(
                integration_id=integration_id,
                connector=integration.connector,
                scope=integration.scope,
                source_name=integration.source_name,
                store=self._store,
                records=self._records(integration),
                progress=self._progress(integration),
                redactor=integration.redactor,
            )
            return run.run(action, values)

    def passthrough(
        self,
        integration_id: str,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Any = None,
    ) -> PassthroughOutcome:
        """A raw call to the vendor. Any HTTP status is an answer. Raises ConnectorError when there was none."""
        with self._using(integration_id) as integration:
            reply = integration.connector.passthrough(method, path, params=params, headers=headers, data=data)
        return PassthroughOutcome(status=reply.status, headers=reply.headers, data=reply.data, url=reply.url)

    def explore(self, integration_id: str, model: str, *, samples: int = 3) -> tuple[ExploredField, ...]:
        """The vendor's own fields behind a model, with the values of some records, asked at once and without a sync.

        Raises:
            ModelUnavailable: the model is off, or neither its custom nor its integration fields are let in.
            ConnectorError: the connector has no explorer, or the vendor refused.
        """
        with self._using(integration_id) as integration:
            connector, scope = integration.connector, integration.scope
            if not isinstance(connector, Explorer):
                raise NotSupported(f"{scope.manifest.title} has no custom field explorer")
            if not scope.fields.get(model, frozenset()) & {"custom_fields", "integration_fields"}:
                raise ModelUnavailable(MODEL_DISABLED, f"{model!r} or its custom fields are off in the scope config, or not there")
            return connector.explore(model, samples=samples)

    # -- inside -------------------------------------------------------------------------------------------------

    def _integration(self, integration_id: str) -> Integration:
        if integration_id not in self._open:
            raise ConfigurationError(f"integration {integration_id!r} is not connected; connected: {', '.join(self._open) or 'none'}")
        return self._open[integration_id]

    @contextmanager
    def _using(self, integration_id: str) -> Iterator[Integration]:
        """The integration as it is now; its connector stays open while it is used, also if another takes its place."""
        with self._guard:
            integration = self._integration(integration_id)
            integration.lease.users += 1
        try:
            yield integration
        finally:
            with self._guard:
                integration.lease.users -= 1
                last = integration.lease.retired and not integration.lease.users
            if last:
                integration.connector.close()

    @contextmanager
    def _one_sync(self, integration_id: str) -> Iterator[None]:
        """Wait until no sync of the integration runs, and let none begin meanwhile."""
        with self._guard:
            self._integration(integration_id)
            lock = self._syncing.setdefault(integration_id, threading.Lock())
        with lock:
            yield

    def _replace(self, integration_id: str, opened: Integration | None) -> None:
        """Put another connection in an integration's place, or none, and close the one that stood there when nobody uses it."""
        with self._guard:
            old = self._open.pop(integration_id, None)
            if opened is not None:
                self._open[integration_id] = opened
            unused = old is not None and not old.lease.users
            if old is not None:
                old.lease.retired = True
        if old is not None and unused:
            old.connector.close()

    def _opened(self, id: str, target: Target) -> Integration:
        own = {**SETTINGS, **{name: value for name, value in target.settings.items() if name in SETTINGS}}
        if not isinstance(own["sync_only_created"], bool):
            raise ConfigurationError(f"setting sync_only_created is {own['sync_only_created']!r}; expected true or false")
        connector = self._connector(target)
        try:
            scope = resolve(connector.manifest, target.scope_config)
        except ConfigurationError:
            connector.close()
            raise
        public = frozenset(item.name for item in connector.manifest.credential if not item.secret)
        return Integration(
            id=id,
            target=target,
            connector=connector,
            scope=scope,
            redactor=Redactor(target.credential, public),
            only_created=own["sync_only_created"],
            source_name=own["source_name"],
        )

    def _connector(self, target: Target) -> Connector:
        try:
            connect = self._factories(target.vendor)
        except KeyError as error:
            raise ConfigurationError(str(error.args[0])) from error
        try:
            return connect(
                base_url=target.base_url,
                credential=target.credential,
                settings={name: value for name, value in target.settings.items() if name not in SETTINGS},
                sleep=target.wait,
                verify=True if target.ca is None else target.ca,
            )
        except Invalid as error:
            raise ConfigurationError(Redactor(target.credential).text(f"{target.vendor}: {error}")) from error

    def _records(self, integration: Integration) -> Records:
        return Records(integration.id, self._now)

    def _progress(self, integration: Integration) -> Progress:
        return Progress(integration.id, self._now, integration.redactor)


def _none_readable(scope: Scope, error: ConnectorError) -> tuple[Probed, ...]:
    """The probe itself failed: nothing can be read, and the reason is the same everywhere."""
    return tuple(
        Probed(
            model,
            None,
            readable=False,
            diagnostic=Diagnostic(
                model,
                "error",
                missing_permissions=error.missing_permissions,
                http_status=error.http_status,
                vendor_code=error.vendor_code,
                remedy="connect again with a credential that works",
                detail=f"{type(error).__name__}: {error}",
            ),
        )
        for model in scope.fields
    )
