"""The Pinpoint connector: start here. `connect` opens one account; streams.py says what is read, mapping.py what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from connectors.pinpoint import probing
from connectors.pinpoint import settings as door
from connectors.pinpoint.actions import Actions
from connectors.pinpoint.manifest import MANIFEST
from connectors.pinpoint.reading import Reader
from connectors.pinpoint.settings import Settings
from connectors.pinpoint.streams import LISTINGS
from connectors.pinpoint.wire import Wire
from connectors.transport.client import Client, Timeouts
from connectors.transport.retry import Retries
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult, Page, Probed, RawReply, Stream, Wanted
from connectors.unified.errors import NotSupported


def connect(
    *,
    base_url: str,
    credential: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    sleep: Callable[[float], None] | None = None,
    verify: str | bool = True,
) -> PinpointConnector:
    """Open a connection to one account; no request is sent yet. See ConnectorFactory. Raises Invalid."""
    key, chosen = door.credential(credential), door.settings(settings)
    client = Client(door.home(base_url, key.subdomain), headers={}, timeouts=Timeouts(read=chosen.timeout_seconds), verify=verify)
    retries = Retries(sleep=sleep if sleep is not None else time.sleep, random=Random(chosen.seed))
    return PinpointConnector(client, Wire(client, api_key=key.api_key, retries=retries), retries, chosen)


class PinpointConnector:
    """One open connection to one account."""

    manifest = MANIFEST

    def __init__(self, client: Client, wire: Wire, retries: Retries, chosen: Settings) -> None:
        self._client = client
        self._wire = wire
        self._reader = Reader(wire, page_size=chosen.page_size, overlap_seconds=chosen.delta_overlap_seconds)
        self._actions = Actions(
            wire,
            retries,
            fetch=lambda url: retries.read(lambda: client.download(url, at_most=chosen.max_file_bytes)),
            skip_notifications=chosen.skip_notifications,
        )

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        """The lists that feed anything wanted; what is referred to before what refers to it."""
        return tuple(listing.stream() for listing in LISTINGS.values() if set(listing.feeds) & set(wanted))

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        """See Connector.read. Raises ConnectorError."""
        if stream not in LISTINGS:
            raise NotSupported(f"no stream {stream!r}; there are {', '.join(LISTINGS)}")
        return self._reader.read(LISTINGS[stream], wanted, since=since, cursor=cursor)

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        """See Connector.probe. Raises ConnectorError when not even a denial can be had (refused key, wrong host, outage)."""
        return probing.probe(self._wire, wanted)

    def act(self, action: str, values: ActionInput) -> ActionResult:
        """See Connector.act. Raises ConnectorError."""
        return self._actions.perform(action, values)

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        """A raw call below /api/v1; any status is an answer. Raises Unavailable; Invalid for a path that leaves the API."""
        return self._wire.raw(method, path, params if params is not None else {}, headers if headers is not None else {}, data)

    def close(self) -> None:
        """Give back sockets."""
        self._client.close()
