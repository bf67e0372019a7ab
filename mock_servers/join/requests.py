"""Reading what a client sent: query parameters, path ids and bodies, each refused in JOIN's words when it does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from mock_servers.engine.exchange import MalformedBody, MalformedQuery
from mock_servers.join import bodies, resources
from mock_servers.join.quirks.lists import AccountLanguage, OversizedPageRefused
from mock_servers.join.quirks.refusals import UnknownInputRefused
from mock_servers.join.wire import refuse

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

B = TypeVar("B", bound=bodies.Body)
MAX_PAGE_SIZE = 50
DEFAULT_PAGE_SIZE = 50


class Parameters:
    """The query of one request. Ask for each known parameter, then call `done`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._values: dict[str, list[str]] = {}
        self._asked: set[str] = set()
        try:
            pairs = exchange.query
        except MalformedQuery as error:
            raise refuse(exchange, 400, f"query: {error}") from error
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def text(self, name: str) -> str | None:
        """The last value sent, or None."""
        self._asked.add(name)
        return self._values[name][-1] if name in self._values else None

    def texts(self, name: str) -> list[str]:
        """All values sent, repeated or separated by commas."""
        self._asked.add(name)
        return [part for value in self._values.get(name, ()) for part in value.split(",")]

    def flag(self, name: str) -> bool:
        value = self.text(name)
        if value not in (None, "true", "false"):
            raise refuse(self._exchange, 422, f"query.{name}: must be true or false")
        return value == "true"

    def language(self) -> str:
        value = self.text("language")
        if value is not None and not (len(value) == 2 and value.isascii() and value.isalpha()):
            raise refuse(self._exchange, 422, "query.language: must be a language code of two letters")
        if value is not None:
            return value.lower()
        own = self._exchange.quirk(AccountLanguage)
        if own is None:
            return "en"
        self._exchange.acted(own)
        return own.language

    def page(self) -> tuple[int, int]:
        """Which page (from 1), and of which size."""
        size = self._number("pageSize", DEFAULT_PAGE_SIZE)
        if size > MAX_PAGE_SIZE:
            quirk = self._exchange.quirk(OversizedPageRefused)
            if quirk is not None:
                self._exchange.acted(quirk)
                raise refuse(self._exchange, 422, f"query.pageSize: must not be greater than {MAX_PAGE_SIZE}")
            size = MAX_PAGE_SIZE
        return self._number("page", 1), size

    def done(self) -> None:
        """Whatever was not asked for is unknown here: noted, or refused."""
        _note_unread(self._exchange, [f"query.{name}" for name in sorted(set(self._values) - self._asked)])

    def refused(self, name: str, problem: str) -> Exception:
        return refuse(self._exchange, 422, f"query.{name}: {problem}")

    def _number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        try:
            return resources.number(value)
        except ValueError as error:
            raise self.refused(name, str(error)) from error


def path_id(exchange: Exchange, name: str = "id") -> int:
    """The id in the path."""
    try:
        return resources.number(exchange.params[name])
    except ValueError as error:
        raise refuse(exchange, 422, f"path.{name}: {error}") from error


def body(exchange: Exchange, kind: type[B]) -> B:
    """The request's body, valid against its model."""
    content_type = exchange.header(b"content-type")
    if content_type is None or content_type.partition(";")[0].strip().lower() != "application/json":
        raise refuse(exchange, 422, "headers.content-type: must be application/json")
    try:
        parsed = kind.model_validate(exchange.json())
    except MalformedBody as error:
        raise refuse(exchange, 400, f"body: not valid JSON: {error}") from error
    except ValidationError as error:
        problems = [f"{'.'.join(['body', *map(str, one['loc'])])}: {one['msg']}" for one in error.errors()[:10]]
        raise refuse(exchange, 422, "; ".join(problems)) from error
    _note_unread(exchange, [f"body.{name}" for name in bodies.unknown_members(parsed)])
    return parsed


def _note_unread(exchange: Exchange, names: list[str]) -> None:
    exchange.unread.extend(names)
    strict = exchange.quirk(UnknownInputRefused)
    if names and strict is not None:
        exchange.acted(strict)
        raise refuse(exchange, 422, f"{names[0]}: is not known here")
