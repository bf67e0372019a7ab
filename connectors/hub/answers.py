"""Checks answers to screening questions against the stored format of the question, and puts the vendor's ids in."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from connectors.hub.codes import INPUT_INVALID, Refused
from connectors.unified.actions import File

Format = Mapping[str, Any]


class NotAnswerable(Exception):
    """This kind of question takes no answer: it is left out, with a warning."""


def vendor_answer(where: str, answer: Any, format: Format | None) -> Any:
    """The answer as a connector gets it: options by the vendor's id (by name where it has none).

    Raises:
        Refused: the answer does not fit the question; `where` names it.
        NotAnswerable: the question is of a kind that cannot be answered through the unified API.
    """
    kind = None if format is None else format["type"]
    if format is None or kind not in CHECKS:
        raise NotAnswerable(f"its type is {kind or 'not known'}")
    try:
        return CHECKS[kind](answer, format)
    except ValueError as error:
        raise Refused(INPUT_INVALID, f"{where}: {error}") from error


def _text(answer: Any, format: Format) -> str:
    if not isinstance(answer, str):
        raise ValueError(f"the question takes a text, not {_kind(answer)}")
    longest = format.get("max_length")
    if longest is not None and len(answer) > longest:
        raise ValueError(f"the text has {len(answer)} characters, the question takes {longest}")
    return answer


def _number(answer: Any, format: Format) -> int | float:
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        raise ValueError(f"the question takes a number, not {_kind(answer)}")
    least, most = format.get("min"), format.get("max")
    if (least is not None and answer < least) or (most is not None and answer > most):
        raise ValueError(f"{answer} is not between {least} and {most}")
    return answer


def _yes_or_no(answer: Any, format: Format) -> bool:
    if not isinstance(answer, bool):
        raise ValueError(f"the question takes true or false, not {_kind(answer)}")
    return answer


def _date(answer: Any, format: Format) -> str:
    if not isinstance(answer, str):
        raise ValueError(f"the question takes an ISO date, not {_kind(answer)}")
    try:
        datetime.fromisoformat(answer) if "T" in answer else date.fromisoformat(answer)
    except ValueError as error:
        raise ValueError(f"{answer!r} is not an ISO date") from error
    return answer


def _one_option(answer: Any, format: Format) -> str:
    if not isinstance(answer, str):
        raise ValueError(f"the question takes the id of an option, not {_kind(answer)}")
    for option in format["options"]:
        if option["id"] == answer:
            remote_id = option.get("remote_id")
            return str(option["name"] if remote_id is None else remote_id)
    raise ValueError(f"{answer!r} is none of the question's options: {', '.join(option['id'] for option in format['options'])}")


def _some_options(answer: Any, format: Format) -> list[str]:
    if not isinstance(answer, list | tuple):
        raise ValueError(f"the question takes a list of option ids, not {_kind(answer)}")
    return [_one_option(one, format) for one in answer]


def _file(answer: Any, format: Format) -> dict[str, Any]:
    try:
        return File.model_validate(answer).model_dump(exclude_none=True)
    except ValidationError as error:
        raise ValueError("; ".join(f"{'.'.join(map(str, found['loc'])) or 'file'}: {found['msg']}" for found in error.errors())) from error


CHECKS: dict[str, Callable[[Any, Format], Any]] = {
    "TEXT": _text,
    "NUMBER": _number,
    "BOOLEAN": _yes_or_no,
    "DATE": _date,
    "SINGLE_SELECT": _one_option,
    "MULTI_SELECT": _some_options,
    "FILE": _file,
}
"""INFORMATION takes no answer, and of UNKNOWN nobody can say what would fit."""


def _kind(answer: Any) -> str:
    return "null" if answer is None else type(answer).__name__
