"""The Harbor connector: four lists, read by key."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
from connectors.harbor.manifest import MANIFEST
from connectors.harbor.mapping import MODEL_OF, TABLES
from connectors.harbor.wire import Api

from connectors.transport.client import Reply
from connectors.transport.mapping import fill
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult, Diagnostic, Page, Probed, RawReply, Record, Stream, Wanted
from connectors.unified.errors import Invalid, PermissionMissing


def connect(
    *,
    base_url: str,
    credential: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
    sleep: Callable[[float], None] | None = None,
    verify: str | bool = True,
) -> HarborConnector:
    if set(credential) != {"key"}:
        raise Invalid('Harbor\'s credential is {"key": text}')
    chosen = {**MANIFEST.settings, **(settings or {})}
    if set(chosen) != set(MANIFEST.settings):
        raise Invalid(f"unknown settings: {sorted(set(chosen) - set(MANIFEST.settings))}")
    if type(chosen["page_size"]) is not int:
        raise Invalid("page_size is a number")
    return HarborConnector(
        Api(base_url=base_url, key=credential["key"].strip(), sleep=sleep or time.sleep, verify=verify), chosen["page_size"]
    )


class HarborConnector:
    manifest = MANIFEST

    def __init__(self, api: Api, size: int) -> None:
        self._api, self._size = api, size

    def streams(self, wanted: Wanted) -> tuple[Stream, ...]:
        return tuple(Stream(name, (model,), delta=True) for name, model in MODEL_OF.items() if model in wanted)

    def read(self, stream: str, wanted: Wanted, *, since: str | None = None, cursor: str | None = None) -> Iterator[Page]:
        model = MODEL_OF[stream]
        # The cursor keeps the time at which the read began: a change between two pages is met by the next delta.
        began, _, after = (cursor or "|0").partition("|")
        while True:
            params = [("after", after), ("limit", str(self._size)), *([("since", since)] if since else [])]
            try:
                items, reply = self._api.page(stream, params)
            except PermissionMissing as refusal:
                yield Page((), None, diagnostics=(_denial(model, None, refusal),))
                return
            began = began or _moment(reply)
            records = tuple(_record(model, item, wanted) for item in items)
            last = len(items) < self._size
            after = after if last else str(items[-1]["id"])
            yield Page(records, None if last else f"{began}|{after}", watermark=began)
            if last:
                return

    def probe(self, wanted: Wanted) -> tuple[Probed, ...]:
        found: list[Probed] = []
        for stream in self.streams(wanted):
            model = stream.feeds[0]
            try:
                self._api.page(stream.name, [("limit", "1")])
                refusal = None
            except PermissionMissing as error:
                refusal = error
            for name in (None, *(item.name for item in MANIFEST.model(model).fields)):
                found.append(Probed(model, name, refusal is None, None if refusal is None else _denial(model, name, refusal)))
        return tuple(found)

    def act(self, action: str, values: ActionInput) -> ActionResult:
        told: Any = values
        self._api.add_note(told.application_id, told.content)
        return ActionResult()

    def passthrough(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None, data: Any = None
    ) -> RawReply:
        query = [(name, str(value)) for name, value in (params or {}).items()]
        reply = self._api.raw(method.upper(), path, query, None if data is None else orjson.dumps(data))
        return RawReply(reply.url, reply.status, reply.headers, orjson.loads(reply.body))

    def close(self) -> None:
        self._api.close()


def _record(model: str, item: dict[str, Any], wanted: Wanted) -> Record:
    return Record(model, str(item["id"]), fill(TABLES[model], item, tree=item, wanted=wanted[model]).values)


def _denial(model: str, name: str | None, refusal: PermissionMissing) -> Diagnostic:
    return Diagnostic(model, "not_permitted", name, refusal.missing_permissions, refusal.http_status)


def _moment(reply: Reply) -> str:
    """The vendor's own time of an answer."""
    return parsedate_to_datetime(reply.headers["date"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
