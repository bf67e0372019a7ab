"""Screening questions and their answers: Pinpoint's types and the unified ones, a row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.pinpoint.values import by_number, number, present
from connectors.pinpoint.wire import Resource
from connectors.transport.mapping import Withheld
from connectors.unified.connector import Ref

OPTIONS = "Screening questions"
"""Options are no model of their own: a reference to one is that of its question's model, with the key "question/text"."""


def single_choice(question: Resource) -> bool:
    """Whether at most one option may be chosen. Assumed: the vendor says so only by its two numbers."""
    most = question.get("max_num_required_answer_options")
    return most == 1 or (most is None and question.get("num_required_answer_options") == 1)


PLAIN_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "short_text": {"type": "TEXT", "display_type": "SINGLE_LINE"},
    "long_text": {"type": "TEXT", "display_type": "MULTI_LINE"},
    "url": {"type": "TEXT", "display_type": "URL"},
    "boolean": {"type": "BOOLEAN"},
    "date": {"type": "DATE"},
    "document": {"type": "FILE"},
    "number": {"type": "NUMBER"},
}


def option_key(question_id: str, text: str) -> str:
    """Options have no ids at the vendor: a question's option is known by its text."""
    return f"{question_id}/{text}"


def question_format(question: Resource) -> Any:
    kind = present(question, "question_type")
    if isinstance(kind, Withheld):
        return kind
    if kind in PLAIN_FORMATS:
        return dict(PLAIN_FORMATS[kind])
    if kind == "multiple_choice":
        texts = question.get("multiple_choice_options") or ()
        options = [{"id": Ref(OPTIONS, option_key(question.id, text)), "name": text, "remote_id": text} for text in texts]
        return {"type": "SINGLE_SELECT" if single_choice(question) else "MULTI_SELECT", "options": options}
    return {"type": "UNKNOWN", "raw_question": dict(question.attributes)}


def _text(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    return "TEXT", {"content": answer.get("text_answer")}


def _url(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    return "TEXT", {"content": answer.get("url_answer")}


def _boolean(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    return "BOOLEAN", {"checked": answer.get("boolean_answer")}


def _number_given(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    return "NUMBER", {"number": number(answer.get("number_answer"))}


def _date(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    day = answer.get("date_answer")
    return "DATE", {"date": f"{day}T00:00:00.000Z" if isinstance(day, str) and len(day) == len("2026-03-04") else day}


def _choice(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    chosen = list(answer.get("multiple_choice_answer") or ())
    if question is not None and single_choice(question):
        return "SINGLE_SELECT", {"choice": chosen[0] if chosen else None}
    return "MULTI_SELECT", {"choices": chosen}


def _date_range(answer: Resource, question: Resource | None) -> tuple[str, dict[str, Any]]:
    return "UNKNOWN", {"raw": {"from": answer.get("date_from_answer"), "to": answer.get("date_to_answer")}}


ANSWERS = {
    "short_text": _text,
    "long_text": _text,
    "url": _url,
    "boolean": _boolean,
    "number": _number_given,
    "date": _date,
    "multiple_choice": _choice,
    "date_range": _date_range,
}
"""question_type → the unified type and answer. Files have no place in the unified model and are left out."""


def screening_question_answers(application: Resource) -> Any:
    if not application.shows("answers"):
        return Withheld("unsupported", "the answers are not shown")
    ordered = sorted(application.many("answers"), key=lambda answer: by_number(answer.id))
    return [_answered(answer) for answer in ordered if answer.get("question_type") != "document"]


def _answered(answer: Resource) -> dict[str, Any]:
    question = answer.one("question")
    read = ANSWERS.get(answer.get("question_type"))
    kind, content = read(answer, question) if read else ("UNKNOWN", {"raw": dict(answer.attributes)})
    title = answer.get("title")
    if title is None and question is not None:
        title = question.get("title")
    asked = {"remote_id": next(iter(answer.ids("question")), None), "title": title, "type": kind}
    return {"question": asked, "answer": content}
