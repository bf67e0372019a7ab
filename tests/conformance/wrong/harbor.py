"""The invented vendor of tests/fourth_vendor, small enough to run the suite against many wrong connectors; and its wrong ones.

Its modules are loaded under their own names without their folder being put on any path, so that no other test meets them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, ClassVar

from connectors.transport.client import AnswerLost, Reply
from connectors.transport.retry import Patience, Retries
from connectors.unified.connector import Connector
from connectors.unified.errors import OutcomeUnknown, PermissionMissing, RateLimited, Unauthorized, Unavailable, UnexpectedReply, WrongHost

FOLDERS = Path(__file__).parents[2] / "fourth_vendor" / "folders"
FIXTURES = FOLDERS / "fixtures"


def _package() -> ModuleType:
    name, folder = "connectors.harbor", FOLDERS / "connectors" / "harbor"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return importlib.import_module(f"{name}.connector")


harbor: Any = _package()
connect: Callable[..., Connector] = harbor.connect


def speaking(api: type[Any]) -> Callable[..., Connector]:
    """A factory of Harbor connectors that speak to it through another `Api`."""

    def made(factory: Callable[..., Connector], **given: Any) -> Connector:
        factory(**given).close()  # refuses what the right one refuses
        size = {**harbor.MANIFEST.settings, **(given.get("settings") or {})}["page_size"]
        own = api(base_url=given["base_url"], key=given["credential"]["key"], sleep=given["sleep"] or time.sleep, verify=given["verify"])
        return harbor.HarborConnector(own, size)  # type: ignore[no-any-return]

    return made


class SharesItsKey(harbor.Api):  # type: ignore[misc,name-defined]
    """All connections of the process have their headers in common, so that the key of the last one counts for all."""

    _headers: ClassVar[dict[str, str]] = {}

    def __init__(self, *, key: str, **given: Any) -> None:
        super().__init__(key=key, **given)
        self._headers["x-harbor-key"] = key
        send = self._client.send
        self._client.send = lambda method, path, **more: send(
            method, path, **{**more, "headers": {**(more.get("headers") or {}), **self._headers}}
        )


class FailsAtHints(harbor.Api):  # type: ignore[misc,name-defined]
    """A 429 that says how long to wait is an error like any other."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status == 429 and "retry-after" in reply.headers:
            raise UnexpectedReply("429", http_status=429)
        return super()._checked(reply, needs)


class HurriesAfterHints(harbor.Api):  # type: ignore[misc,name-defined]
    """Waits, but a tenth of what it was told."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        try:
            return super()._checked(reply, needs)
        except RateLimited as limit:
            raise RateLimited(str(limit), retry_after=(limit.retry_after or 0) / 10, http_status=429) from limit


class KnowsNoDates(harbor.Api):  # type: ignore[misc,name-defined]
    """A wait that is told as a date is not understood."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        try:
            return super()._checked(reply, needs)
        except RateLimited as limit:
            if reply.headers.get("retry-after", "0").isdecimal():
                raise
            raise RateLimited(str(limit), http_status=429) from limit


class HurriesAfterOutages(harbor.Api):  # type: ignore[misc,name-defined]
    """After a 503 it asks again at once."""

    def __init__(self, *, sleep: Callable[[float], None], **more: Any) -> None:
        super().__init__(sleep=sleep, **more)
        hasty = {RateLimited: Patience(9, 1, 60), Unavailable: Patience(5, 0, 0)}
        self.retries = Retries(sleep=sleep, random=Random(0), policy=hasty)


class ForgetsOvernight(harbor.Api):  # type: ignore[misc,name-defined]
    """A list that takes longer than an hour has an end."""

    began = ""

    def page(self, name: str, params: Any) -> Any:
        items, reply = super().page(name, params)
        hour = reply.headers["date"][:19]
        if dict(params).get("after") in (None, "0"):
            self.began = hour
        return (items, reply) if hour == self.began else ([], reply)


class FailsWithoutHints(harbor.Api):  # type: ignore[misc,name-defined]
    """A 429 that says nothing more is an error like any other."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status == 429 and "retry-after" not in reply.headers:
            raise UnexpectedReply("429", http_status=429)
        return super()._checked(reply, needs)


class LostAtGateways(harbor.Api):  # type: ignore[misc,name-defined]
    """A page of something that stands before the vendor is a stranger's, whatever its status says."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status >= 500 and reply.content_type == "text/html":
            raise WrongHost("a web page", http_status=reply.status)
        return super()._checked(reply, needs)


class FailsAt503(harbor.Api):  # type: ignore[misc,name-defined]
    """A vendor that is not to be had is thought to be gone for good."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status == 503:
            raise UnexpectedReply(str(reply.status), http_status=reply.status)
        return super()._checked(reply, needs)


class WaitsForWebPages(harbor.Api):  # type: ignore[misc,name-defined]
    """A web page in the place of an answer is an outage that will pass."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status < 300 and reply.content_type == "text/html":
            raise Unavailable("a web page answered", http_status=reply.status)
        return super()._checked(reply, needs)


class TakesBusyForNo(harbor.Api):  # type: ignore[misc,name-defined]
    """What the vendor only puts off, in words of its own, is refused for good."""

    status: int

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status == self.status:
            raise UnexpectedReply(str(reply.status), http_status=reply.status)
        return super()._checked(reply, needs)


class TakesBusyPagesForNo(TakesBusyForNo):
    status = 425


class TakesBusyBidsForNo(TakesBusyForNo):
    status = 423


class TakesNothingForEmpty(harbor.Api):  # type: ignore[misc,name-defined]
    """An answer without a body is a list without a record."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status < 300 and not reply.body:
            return {"items": []}, reply
        return super()._checked(reply, needs)


class TakesOutagesForEnds(harbor.Api):  # type: ignore[misc,name-defined]
    """A further page that cannot be had after all patience is the end of the list."""

    def page(self, name: str, params: Any) -> Any:
        try:
            return super().page(name, params)
        except Unavailable:
            if dict(params).get("after") in (None, "0"):
                raise
            return [], Reply("GET", "", 200, {"date": "Mon, 02 Mar 2026 10:00:00 GMT"}, b"")


class KnowsOnly503(harbor.Api):  # type: ignore[misc,name-defined]
    """Of all failures of the vendor only one is thought to pass."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status >= 500 and reply.status != 503:
            raise UnexpectedReply(str(reply.status), http_status=reply.status)
        return super()._checked(reply, needs)


class _Lossy(harbor.Api):  # type: ignore[misc,name-defined]
    """Takes what came of an answer that was cut off."""

    cut_in_body: bool

    def page(self, name: str, params: Any) -> Any:
        def attempt() -> Any:
            try:
                return self._checked(self._client.send("GET", f"/api/{name}", params=params), (f"see {name}",))
            except AnswerLost as lost:
                # HTTPX says how much came of a body that was cut off, and of headers that none did.
                came = "received" in str(lost.__cause__)
                if came is self.cut_in_body and not isinstance(lost.__cause__, ValueError):
                    return self.instead(lost)
                raise

        found, reply = self.retries.read(attempt)
        return found["items"], reply

    def instead(self, lost: AnswerLost) -> Any:
        raise NotImplementedError


class FailsAtCuts(_Lossy):
    """A connection that was cut before the answer is the end."""

    cut_in_body = False

    def instead(self, lost: AnswerLost) -> Any:
        raise UnexpectedReply(str(lost)) from lost


NOTHING_MORE: dict[str, Any] = {"items": []}
AT_AN_EARLY_TIME = Reply("GET", "", 200, {"date": "Mon, 02 Mar 2026 10:00:00 GMT"}, b"")


class TakesHalves(_Lossy):
    """An answer that was cut in the middle is taken for the last page."""

    cut_in_body = True

    def instead(self, lost: AnswerLost) -> Any:
        return NOTHING_MORE, AT_AN_EARLY_TIME


class SalvagesJson(harbor.Api):  # type: ignore[misc,name-defined]
    """JSON that ends too early is taken for an empty page."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        try:
            return super()._checked(reply, needs)
        except AnswerLost:
            return NOTHING_MORE, reply


class NeverGivesUp(harbor.Api):  # type: ignore[misc,name-defined]
    """Tries on for as long as the vendor fails."""

    def __init__(self, *, sleep: Callable[[float], None], **more: Any) -> None:
        super().__init__(sleep=sleep, **more)
        patient = {RateLimited: Patience(9, 1, 60), Unavailable: Patience(10**9, 1, 1)}
        self.retries = Retries(sleep=sleep, random=Random(0), policy=patient)


class LosesItsPatience(harbor.Api):  # type: ignore[misc,name-defined]
    """Once it has given a list up, it tries nothing twice."""

    def page(self, name: str, params: Any) -> Any:
        try:
            return super().page(name, params)
        except Unavailable:
            self.retries = Retries(sleep=lambda seconds: None, random=Random(0), policy={})
            raise


class InsistsAllDay(harbor.Api):  # type: ignore[misc,name-defined]
    """A wait of hours is taken for a slip of the vendor's: it asks again as after a 429 that says nothing."""

    def _checked(self, reply: Reply, needs: tuple[str, ...]) -> Any:
        if reply.status == 429 and float(reply.headers.get("retry-after", "0")) > 3600:
            raise RateLimited("429", http_status=429)
        return super()._checked(reply, needs)


class WaitsAlike(harbor.Api):  # type: ignore[misc,name-defined]
    """However long the trouble lasts, it waits a second and asks again."""

    def __init__(self, *, sleep: Callable[[float], None], **more: Any) -> None:
        super().__init__(sleep=sleep, **more)
        self.retries = Retries(sleep=sleep, random=Random(0), policy={RateLimited: Patience(9, 1, 120), Unavailable: Patience(5, 1, 1)})


class WritesForEver(harbor.Api):  # type: ignore[misc,name-defined]
    """Tries a write on and on while the vendor says that it is not to be had."""

    def add_note(self, bid: str, text: str) -> None:
        for _ in range(20):
            try:
                return super().add_note(bid, text)  # type: ignore[no-any-return]
            except OutcomeUnknown as unknown:
                if unknown.http_status != 503:
                    raise
        return super().add_note(bid, text)  # type: ignore[no-any-return]


def _at_once() -> Retries:
    """A rate limit is nothing to wait for."""
    policy = {RateLimited: Patience(1, 1, 1), Unavailable: Patience(5, 1, 1)}
    return Retries(sleep=lambda seconds: None, random=Random(0), policy=policy)


class GivesUpLimitedWrites(harbor.Api):  # type: ignore[misc,name-defined]
    """A write that was refused by a rate limit is given up at once."""

    def add_note(self, bid: str, text: str) -> None:
        retries, self.retries = self.retries, _at_once()
        try:
            super().add_note(bid, text)
        finally:
            self.retries = retries


class CutsWhatItRepeats(harbor.Api):  # type: ignore[misc,name-defined]
    """A write that was refused by a rate limit is made after the wait, with half of what it was to say."""

    def add_note(self, bid: str, text: str) -> None:
        retries, self.retries = self.retries, _at_once()
        try:
            super().add_note(bid, text)
        except RateLimited:
            self.retries = retries
            super().add_note(bid, text[: len(text) // 2])
        finally:
            self.retries = retries


class InsistsOn(harbor.Api):  # type: ignore[misc,name-defined]
    """Asks again after a refusal that no repetition can change."""

    refusal: type[Exception]
    times = 1

    def page(self, name: str, params: Any) -> Any:
        for _ in range(self.times):
            try:
                return super().page(name, params)
            except self.refusal:
                continue
        return super().page(name, params)


class InsistsAfter401(InsistsOn):
    refusal = Unauthorized


class InsistsAfter403(InsistsOn):
    refusal = PermissionMissing


class InsistsMuch(InsistsOn):
    refusal, times = PermissionMissing, 15


class CaseSensitive(harbor.Api):  # type: ignore[misc,name-defined]
    """Knows states and results only in small letters."""

    def page(self, name: str, params: Any) -> Any:
        items, reply = super().page(name, params)
        return [{**item, "state": "?"} if str(item.get("state", "")).isupper() else item for item in items], reply
