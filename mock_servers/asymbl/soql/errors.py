"""Errors that show the place in a statement, as Salesforce's do."""

from __future__ import annotations

from mock_servers.asymbl.wire import ApiError, refuse

_WINDOW = 40
"""Characters of the line on either side of the mark."""


def unexpected(text: str, at: int, token: str) -> ApiError:
    return complaint(text, at, "MALFORMED_QUERY", f"unexpected token: '{token}'")


def complaint(text: str, at: int, code: str, message: str) -> ApiError:
    """An error that shows where: the line's surroundings, a caret below the token, row and column from 1."""
    row = text.count("\n", 0, at) + 1
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[begin : end if end >= 0 else len(text)]
    column = at - begin
    left = max(0, column - _WINDOW)
    excerpt = line[left : column + _WINDOW]
    return refuse(400, code, f"\n{excerpt}\n{' ' * (column - left)}^\nERROR at Row:{row}:Column:{column + 1}\n{message}")
