"""From text to tree: Lark with grammar.lark. What Salesforce's parser refuses is refused here, and told where."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path as File
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken

from mock_servers.asymbl.soql.dates import RANGES, RANGES_WITH_NUMBER
from mock_servers.asymbl.soql.errors import unexpected
from mock_servers.asymbl.soql.tree import (
    And,
    Call,
    Child,
    Compared,
    Expression,
    Includes,
    Literal,
    Not,
    Or,
    Ordering,
    Path,
    Query,
    Selected,
    Source,
    TypeOf,
    Within,
)
from mock_servers.asymbl.wire import refuse

LONGEST_STATEMENT = 100_000
LONGEST_STRING = 4_000
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WITH = {"SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"}


@lru_cache(256)
def parse(text: str) -> Query:
    """The statement as a tree, which nobody changes. Raises ApiError (MALFORMED_QUERY)."""
    if len(text) > LONGEST_STATEMENT:
        raise refuse(400, "QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
    try:
        tree: Query = _parser().parse(text)  # type: ignore[assignment]  # the transformer makes it one
    except UnexpectedToken as error:
        at = len(text.rstrip()) if error.token.type == "$END" else int(error.token.start_pos or 0)
        raise unexpected(text, at, "<EOF>" if error.token.type == "$END" else _first_word(str(error.token))) from None
    except UnexpectedCharacters as error:
        at = int(error.pos_in_stream or 0)
        raise unexpected(text, at, _first_word(text[at:])) from None
    except _Misplaced as error:
        raise unexpected(text, error.at, error.token) from None
    return tree


def _first_word(text: str) -> str:
    found = re.match(r"\w+|\W", text)
    return found.group() if found is not None else "<EOF>"


class _Misplaced(Exception):
    """A token that the grammar lets through and Salesforce does not."""

    def __init__(self, at: int, token: str) -> None:
        super().__init__(token)
        self.at, self.token = at, token


@lru_cache(1)
def _parser() -> Lark:
    grammar = File(__file__).with_name("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


def _path(token: Token) -> Path:
    names, ats, at = [], [], int(token.start_pos or 0)
    for found in re.finditer(r"[A-Za-z]\w*", str(token)):
        names.append(found.group())
        ats.append(at + found.start())
    return Path(tuple(names), tuple(ats))


def _word(token: Token) -> str:
    if "." in token:
        raise _Misplaced(int(token.start_pos or 0) + token.index("."), ".")
    return str(token)


def unescaped(token: str) -> str:
    """What a string between quotes means; `\\_` and `\\%` keep their backslash, for LIKE to read."""

    def replaced(found: re.Match[str]) -> str:
        escape = found.group(1)
        if escape[0] == "u":
            return chr(int(escape[1:], 16))
        return f"\\{escape}" if escape in "_%" else _ESCAPES.get(escape.lower(), escape)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", replaced, token[1:-1])


class _Builder(Transformer[Token, Any]):
    """Each method makes the node of the rule whose name it bears."""

    def start(self, parts: list[Any]) -> Query:
        return parts[0]  # type: ignore[no-any-return]

    # -- expressions ---------------------------------------------------------------------------------------------

    def field(self, parts: list[Token]) -> Path:
        return _path(parts[0])

    def function(self, parts: list[Any]) -> Call:
        return Call(_word(parts[0]), tuple(parts[1:]), int(parts[0].start_pos))

    def string(self, parts: list[Token]) -> Literal:
        text = unescaped(parts[0])
        if len(text) > LONGEST_STRING:
            raise refuse(400, "MALFORMED_QUERY", f"string literal too long: {len(text)} characters, at most {LONGEST_STRING}")
        return Literal("string", text, int(parts[0].start_pos or 0))

    def number(self, parts: list[Token]) -> Literal:
        text = "".join(parts)
        value = float(text) if "." in text else int(text)
        return Literal("number", value, int(parts[0].start_pos or 0))

    def true(self, parts: list[Token]) -> Literal:
        return Literal("boolean", True, int(parts[0].start_pos or 0))

    def false(self, parts: list[Token]) -> Literal:
        return Literal("boolean", False, int(parts[0].start_pos or 0))

    def null(self, parts: list[Token]) -> Literal:
        return Literal("null", None, int(parts[0].start_pos or 0))

    def datetime(self, parts: list[Token]) -> Literal:
        return Literal("datetime", str(parts[0]), int(parts[0].start_pos or 0))

    def date(self, parts: list[Token]) -> Literal:
        return Literal("date", str(parts[0]), int(parts[0].start_pos or 0))

    def time(self, parts: list[Token]) -> Literal:
        return Literal("time", str(parts[0]), int(parts[0].start_pos or 0))

    def currency(self, parts: list[Token]) -> Literal:
        return Literal("currency", str(parts[0]), int(parts[0].start_pos or 0))

    def date_literal(self, parts: list[Token]) -> Literal:
        at, name = int(parts[0].start_pos or 0), str(parts[0]).upper()
        number = int(parts[1]) if len(parts) > 1 and str(parts[1]).isdigit() else None
        if name not in (RANGES if len(parts) == 1 else RANGES_WITH_NUMBER) or (len(parts) > 1 and number is None):
            raise _Misplaced(at, str(parts[0]))
        return Literal("range", (name, number), at)

    # -- conditions ----------------------------------------------------------------------------------------------

    def where(self, parts: list[Any]) -> tuple[str, Any]:
        return "where", parts[0]

    def having(self, parts: list[Any]) -> tuple[str, Any]:
        return "having", parts[0]

    def negation(self, parts: list[Any]) -> Not:
        return Not(parts[0])

    def conjunction(self, parts: list[Any]) -> And:
        return And(tuple(parts))

    def disjunction(self, parts: list[Any]) -> Or:
        return Or(tuple(parts))

    def compared(self, parts: list[Any]) -> Compared:
        left, operator, right = parts
        return Compared(left, "!=" if operator == "<>" else str(operator), right)

    def like(self, parts: list[Any]) -> Compared:
        left, right = parts
        if right.kind not in {"string", "null"}:
            raise _Misplaced(right.at, str(right.value))
        return Compared(left, "LIKE", right)

    def values(self, parts: list[Literal]) -> tuple[Literal, ...]:
        return tuple(parts)

    def within(self, parts: list[Any]) -> Within:
        return Within(parts[0], parts[1], negated=False, at=parts[0].at)

    def not_within(self, parts: list[Any]) -> Within:
        return Within(parts[0], parts[1], negated=True, at=parts[0].at)

    within_query, not_within_query = within, not_within

    def includes(self, parts: list[Any]) -> Includes:
        return Includes(parts[0], self._strings(parts[1]), negated=False)

    def excludes(self, parts: list[Any]) -> Includes:
        return Includes(parts[0], self._strings(parts[1]), negated=True)

    @staticmethod
    def _strings(values: tuple[Literal, ...]) -> tuple[Literal, ...]:
        for value in values:
            if value.kind not in {"string", "null"}:
                raise _Misplaced(value.at, str(value.value))
        return values

    # -- select --------------------------------------------------------------------------------------------------

    def alias(self, parts: list[Token]) -> Token:
        _word(parts[0])
        return parts[0]

    def selected(self, parts: list[Any]) -> Selected:
        if len(parts) == 1:
            return Selected(parts[0])
        return Selected(parts[0], str(parts[1]), int(parts[1].start_pos))

    def child(self, parts: list[Query]) -> Child:
        return Child(parts[0], parts[0].at)

    def paths(self, parts: list[Token]) -> tuple[Path, ...]:
        return tuple(map(_path, parts))

    def when(self, parts: list[Any]) -> tuple[Path, tuple[Path, ...]]:
        return _path(parts[0]), parts[1]

    def otherwise(self, parts: list[Any]) -> tuple[str, tuple[Path, ...]]:
        return "otherwise", parts[0]

    def typeof(self, parts: list[Any]) -> TypeOf:
        ends = parts[-1] if parts[-1][0] == "otherwise" else None
        return TypeOf(_path(parts[0]), tuple(parts[1:-1] if ends else parts[1:]), ends[1] if ends else ())

    # -- clauses -------------------------------------------------------------------------------------------------

    def source(self, parts: list[Token]) -> Source:
        return Source(_path(parts[0]), _word(parts[1]) if len(parts) > 1 else None)

    def scope(self, parts: list[Token]) -> tuple[str, str]:
        return "scope", _word(parts[0])

    def with_clause(self, parts: list[Token]) -> tuple[str, str]:
        if str(parts[0]).upper() not in _WITH:
            raise _Misplaced(int(parts[0].start_pos or 0), str(parts[0]))
        return "with", str(parts[0])

    def group(self, parts: list[Expression]) -> tuple[str, Any]:
        first = parts[0]
        if len(parts) == 1 and isinstance(first, Call) and first.key in {"ROLLUP", "CUBE"}:
            for one in first.arguments:
                if isinstance(one, Literal):
                    raise _Misplaced(one.at, str(one))
            return "group", (first.arguments, first.key)
        return "group", (tuple(parts), None)

    def direction(self, parts: list[Token]) -> tuple[str, bool]:
        return "descending", str(parts[0]).upper() == "DESC"

    def nulls(self, parts: list[Token]) -> tuple[str, bool]:
        return "nulls_first", str(parts[1]).upper() == "FIRST"

    def ordering(self, parts: list[Any]) -> Ordering:
        return Ordering(parts[0], **dict(parts[1:]))

    def order(self, parts: list[Ordering]) -> tuple[str, Any]:
        return "order", tuple(parts)

    def limit(self, parts: list[Token]) -> tuple[str, int]:
        return "limit", self._whole(parts[0])

    def offset(self, parts: list[Token]) -> tuple[str, int]:
        return "offset", self._whole(parts[0])

    @staticmethod
    def _whole(token: Token) -> int:
        if not str(token).isdigit():
            raise _Misplaced(int(token.start_pos or 0), str(token))
        return int(token)

    def for_clause(self, parts: list[Token]) -> tuple[str, str]:
        return "view", str(parts[1]).upper()

    def update(self, parts: list[Token]) -> tuple[str, None]:
        return "update", None

    def query(self, parts: list[Any]) -> Query:
        select = tuple(part for part in parts if isinstance(part, Selected | TypeOf | Child))
        sources = tuple(part for part in parts if isinstance(part, Source))
        told = [part for part in parts if isinstance(part, tuple)]
        clauses: dict[str, Any] = dict(told)
        group, grouping = clauses.get("group", ((), None))
        return Query(
            select,
            sources,
            scope=clauses.get("scope"),
            where=clauses.get("where"),
            group=group,
            grouping=grouping,
            having=clauses.get("having"),
            order=clauses.get("order", ()),
            limit=clauses.get("limit"),
            offset=clauses.get("offset"),
            views=tuple(value for name, value in told if name == "view"),
            at=sources[0].path.at,
        )
