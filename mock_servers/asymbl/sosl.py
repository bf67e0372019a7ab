"""SOSL in its simple forms: from text, or from parameters, to what is looked for and what is shown of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mock_servers.asymbl.wire import ApiError, refuse

SCOPES = ("ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR")
MOST_FOUND = 2000
_FIND = re.compile(r"\s*FIND\s*\{((?:[^{}\\]|\\.)*)\}", re.IGNORECASE)
_IN = re.compile(r"\s*IN\s+(\w+)\s+FIELDS\b", re.IGNORECASE)
_RETURNING = re.compile(r"\s*RETURNING\b", re.IGNORECASE)
_OBJECT = re.compile(r"\s*(\w+)\s*")
_TAIL = re.compile(r"\s*(LIMIT|OFFSET)\s+([0-9]+)", re.IGNORECASE)
_IGNORED = re.compile(r"\s*(WITH\s+\w+\s*(=\s*('[^']*'|\S+))?|UPDATE\s+(TRACKING|VIEWSTAT)(\s*,\s*(TRACKING|VIEWSTAT))?)", re.IGNORECASE)
_CLAUSE = re.compile(r"'(?:[^'\\]|\\.)*'|\b(WHERE|ORDER\s+BY|LIMIT|OFFSET|USING)\b", re.IGNORECASE)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^\s"\\]|\\.)+)')


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object of RETURNING."""

    sobject: str
    fields: str = "Id"
    condition: str | None = None
    tail: str = ""
    """ORDER BY, LIMIT and OFFSET as written."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `groups`: a record must hold every word of one of them."""

    groups: tuple[tuple[str, ...], ...]
    scope: str
    wanted: tuple[Wanted, ...]
    """Empty: everything that can be searched, ids alone."""
    limit: int = MOST_FOUND
    offset: int = 0


def parse(text: str) -> Search:
    """A SOSL statement. Raises ApiError (MALFORMED_SEARCH)."""
    find = _FIND.match(text)
    if find is None:
        raise _malformed("No search term found. The search term must be enclosed in braces.")
    groups, place = words(find[1]), find.end()
    scope = _IN.match(text, place)
    place = scope.end() if scope is not None else place
    wanted: list[Wanted] = []
    returning = _RETURNING.match(text, place)
    if returning is not None:
        wanted, place = _returned(text, returning.end())
    bounds = {}
    while place < len(text.rstrip()):
        tail, ignored = _TAIL.match(text, place), _IGNORED.match(text, place)
        if tail is None and ignored is None:
            raise _malformed(f"unexpected token: '{text[place:].split(maxsplit=1)[0]}'")
        if tail is not None:
            bounds[tail[1].upper()] = int(tail[2])
        place = tail.end() if tail is not None else ignored.end() if ignored is not None else place
    return Search(groups, checked_scope(scope[1] if scope is not None else "ALL"), tuple(wanted), *_bounds(bounds))


def _bounds(told: dict[str, int]) -> tuple[int, int]:
    limit = told.get("LIMIT", MOST_FOUND)
    if limit > MOST_FOUND or told.get("OFFSET", 0) > MOST_FOUND:
        raise _malformed(f"SOSL finds at most {MOST_FOUND} records")
    return limit, told.get("OFFSET", 0)


def checked_scope(scope: str) -> str:
    """In upper case. Raises ApiError."""
    if scope.upper() not in SCOPES:
        raise _malformed(f"unexpected token: '{scope}'")
    return scope.upper()


def _malformed(message: str) -> ApiError:
    return refuse(400, "MALFORMED_SEARCH", message)


# -- RETURNING ---------------------------------------------------------------------------------------------------------


def _returned(text: str, place: int) -> tuple[list[Wanted], int]:
    """(the objects, where they end)"""
    found: list[Wanted] = []
    while True:
        name = _OBJECT.match(text, place)
        if name is None:
            raise _malformed(f"unexpected token: '{text[place:].strip()[:20] or '<EOF>'}'")
        place = name.end()
        inner = None
        if text[place : place + 1] == "(":
            end = _closing(text, place)
            inner, place = text[place + 1 : end], end + 1
        found.append(_wanted(name[1], inner))
        comma = re.match(r"\s*,", text[place:])
        if comma is None:
            return found, place
        place += comma.end()


def _closing(text: str, opening: int) -> int:
    """Where the bracket that opens there closes."""
    depth, quoted, place = 0, False, opening
    while place < len(text):
        character = text[place]
        if quoted:
            place += character == "\\"
            quoted = character != "'"
        elif character == "'":
            quoted = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return place
        place += 1
    raise _malformed("unexpected token: '<EOF>'")


def _wanted(sobject: str, inner: str | None) -> Wanted:
    if inner is None:
        return Wanted(sobject)
    clauses = [match for match in _CLAUSE.finditer(inner) if match[1] is not None]
    fields = inner[: clauses[0].start()] if clauses else inner
    condition = None
    tail = inner[clauses[0].start() :] if clauses else ""
    if clauses and clauses[0][1].upper() == "WHERE":
        end = clauses[1].start() if len(clauses) > 1 else len(inner)
        condition, tail = inner[clauses[0].end() : end].strip(), inner[end:]
    return Wanted(sobject, fields.strip() or "Id", condition, tail.strip())


# -- the term ----------------------------------------------------------------------------------------------------------


def words(term: str) -> tuple[tuple[str, ...], ...]:
    """The term's words and "phrases"; between them AND, which need not be written, or OR. Wildcards stay. Raises ApiError."""
    groups: list[list[str]] = [[]]
    for phrase, word in _tokens(term):
        if word.upper() == "OR" and groups[-1]:
            groups.append([])
        elif phrase or (word.upper() != "AND" and word):
            groups[-1].append(re.sub(r"\\(.)", r"\1", phrase or word).lower())
    found = tuple(tuple(group) for group in groups if group)
    if not found or any(len(word.replace("*", "").replace("?", "")) < 2 for group in found for word in group):
        raise _malformed(f"search term must be longer than one character: {term}")
    return found


def _tokens(term: str) -> Iterator[tuple[str, str]]:
    for match in _WORD.finditer(term):
        yield match[1] or "", match[2] or ""


def pattern(word: str) -> re.Pattern[str]:
    """What a word finds in a text that is in lower case: itself as a whole word, with * and ? for parts of one."""
    body = re.escape(word).replace(r"\*", r"\w*").replace(r"\?", r"\w")
    return re.compile(rf"(?<!\w){body}(?!\w)")


def stem(word: str) -> str:
    """The longest part of a word without wildcards: every text that holds the word holds this."""
    return max(re.split(r"[*?]", word), key=len)
