"""The Asymbl connector: start here. `connect` opens one org; streams.py says what is read, mapping.py what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from connectors.asymbl import exploring, probing
from connectors.asymbl import settings as door
from connectors.asymbl.actions import Actions
from connectors.asymbl.applications import ApplicationsReading
from connectors.asymbl.candidates import CandidatesReading
from connectors.asymbl.jobs import JobsReading
from connectors.asymbl.manifest import MANIFEST
from connectors.asymbl.reading import Reading
from connectors.asymbl.schema import Schema
from connectors.asymbl.settings import Settings
from connectors.asymbl.sign_in import SignIn
from connectors.asymbl.stages import StagesReading
from connectors.asymbl.streams import LISTINGS
from connectors.asymbl.wire import Wire
from connectors.transport.client import Client, Timeouts
from connectors.transport.retry import Retries
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult, ExploredField, Page, Probed, RawReply, Stream, Wanted
from connectors.unified.errors import NotSupported

READINGS: Mapping[str, type[Reading]] = {
    "users": Reading,
    "jobs": JobsReading,
    "stages": StagesReading,
    "candidates": CandidatesReading,
    "applications": ApplicationsReading,
}


def connect(
    *,
    base_url: str,
    credential: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    sleep: Callable[[float], None] | None = None,
    verify: str | bool = True,
) -> AsymblConnector:
    """Open a connection to one org; no request is sent yet. See ConnectorFactory. Raises Invalid."""
    chosen = door.settings(settings)
    given = door.credential(credential, chosen.sign_in)
    timeouts = Timeouts(read=chosen.timeout_seconds)
    entry = Client(door.home(base_url), headers={}, timeouts=timeouts, verify=verify)
    waiting = sleep if sleep is not None else time.sleep
    retries = Retries(sleep=waiting, random=Random(chosen.seed))
    sign_in = SignIn(entry, given, chosen.api_version, chosen.audience)
    wire = Wire(
        sign_in,
        retries,
        api_version=chosen.api_version,
        page_size=chosen.page_size,
        largest_file=chosen.max_file_bytes,
        timeouts=timeouts,
        verify=verify,
        sleep=waiting,
    )
    return AsymblConnector(wire, chosen)


class AsymblConnector:
    """One open connection to one org. Implements Connector and Explorer of connectors.unified.connector."""

    manifest = MANIFEST

    def __init__(self, wire: Wire, chosen: Settings) -> None:
        self._wire = wire
        self._settings = chosen
        self._schema = Schema(wire)
        self._actions = Actions(wire, chosen, fetch=wire.fetch)

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        """The lists that bring anything wanted; what is referred to before what refers to it.

        A sync begins with this, so what the user may see is asked anew for the reads that follow.
        """
        self._schema = Schema(self._wire)
        self._wire.hope()
        return tuple(listing.stream(wanted) for listing in LISTINGS.values() if listing.needed(wanted))

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        """See Connector.read. Raises ConnectorError."""
        if stream not in LISTINGS:
            raise NotSupported(f"no stream {stream!r}; there are {', '.join(LISTINGS)}")
        return self._reading(stream, wanted, since, self._schema).pages(cursor)

    def _reading(self, stream: str, wanted: Wanted, since: str | None, schema: Schema) -> Reading:
        return READINGS[stream](self._wire, self._settings, LISTINGS[stream], wanted, since, schema)

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        """See Connector.probe. Raises ConnectorError when not even a denial can be had (refused credential, wrong host, outage)."""
        names = [name for name, listing in LISTINGS.items() if set(listing.models) & set(wanted)]
        schema = Schema(self._wire)
        return probing.probe([self._reading(name, wanted, None, schema) for name in names], wanted)

    def explore(self, model: str, *, samples: int) -> tuple[ExploredField, ...]:
        """See Explorer.explore. Raises ConnectorError."""
        return exploring.explore(self._wire, self._settings, model, samples=samples)

    def act(self, action: str, values: ActionInput) -> ActionResult:
        """See Connector.act. Raises ConnectorError."""
        return self._actions.perform(action, values)

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        """A raw call below the org's address ("/services/data/v63.0/…"); any status is an answer. Raises Unavailable, Invalid."""
        return self._wire.raw(method, path, params if params is not None else {}, headers if headers is not None else {}, data)

    def close(self) -> None:
        """Give back sockets."""
        self._wire.close()
