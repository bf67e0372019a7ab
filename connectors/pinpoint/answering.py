"""Answers to a job's screening questions, checked against the question's type and written as Pinpoint wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from connectors.pinpoint.files import Fetch, data_url
from connectors.pinpoint.questions import option_key, single_choice
from connectors.pinpoint.wire import Payload, Resource
from connectors.unified.actions import File, ScreeningAnswer
from connectors.unified.connector import Warning as Notice
from connectors.unified.errors import Invalid


def answers(given: tuple[ScreeningAnswer, ...], questions: Mapping[str, Resource], fetch: Fetch) -> tuple[list[Payload], list[Notice]]:
    """Payloads for the answers whose question the job asks, and a warning for each other one. Raises Invalid."""
    payloads, warnings = [], []
    for answer in given:
        question = questions.get(answer.question_id)
        if question is None:
            message = f"the answer to question {answer.question_id!r} was left out: the job does not ask it"
            warnings.append(Notice("question_unknown", message))
        elif (write := WRITERS.get(question.get("question_type"))) is None:
            message = (
                f"the answer to question {question.id} was left out: answers of type {question.get('question_type')!r} cannot be written"
            )
            warnings.append(Notice("question_type_unsupported", message))
        else:
            payloads.append(write(question, answer.answer, fetch))
    return payloads, warnings


def _wrong(question: Resource, expected: str, answer: Any) -> Invalid:
    return Invalid(f"question {question.id} ({question.get('title')!r}) wants {expected}, got {answer!r}")


def _payload(question: Resource, **attributes: Any) -> Payload:
    return Payload("answers", attributes, links={"question": ("questions", question.id)})


def _text(attribute: str) -> Callable[[Resource, Any, Fetch], Payload]:
    def write(question: Resource, answer: Any, fetch: Fetch) -> Payload:
        if not isinstance(answer, str):
            raise _wrong(question, "text", answer)
        return _payload(question, **{attribute: answer})

    return write


def _boolean(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    if not isinstance(answer, bool):
        raise _wrong(question, "true or false", answer)
    return _payload(question, boolean_answer=answer)


def _number(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise _wrong(question, "a number", answer)
    return _payload(question, number_answer=str(answer))


def _day(question: Resource, answer: Any) -> str:
    try:
        return datetime.fromisoformat(answer).date().isoformat()
    except (TypeError, ValueError) as error:
        raise _wrong(question, "an ISO date", answer) from error


def _date(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    return _payload(question, date_answer=_day(question, answer))


def _date_range(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    if not isinstance(answer, Mapping) or set(answer) != {"from", "to"}:
        raise _wrong(question, '{"from": date, "to": date}', answer)
    return _payload(question, date_from_answer=_day(question, answer["from"]), date_to_answer=_day(question, answer["to"]))


def _file(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    try:
        file = File.model_validate(answer)
    except ValidationError as error:
        raise _wrong(question, "a file {name, content_type, data or data_url}", type(answer).__name__) from error
    return _payload(question, document_base64_filename=file.name, document_base64_data=data_url(file, fetch))


def _choice(question: Resource, answer: Any, fetch: Fetch) -> Payload:
    """Options are named by their id ("question/text") or by their text."""
    chosen = answer if isinstance(answer, list | tuple) else [answer]
    texts = question.get("multiple_choice_options") or ()
    by_name = {option_key(question.id, text): text for text in texts} | {text: text for text in texts}
    if not all(isinstance(name, str) and name in by_name for name in chosen) or (single_choice(question) and len(chosen) != 1):
        wanted = "one of" if single_choice(question) else "some of"
        raise _wrong(question, f"{wanted} {', '.join(repr(text) for text in texts)}", answer)
    options = [Payload("answer_options", {"text": by_name[name]}) for name in chosen]
    return Payload("answers", {}, links={"question": ("questions", question.id)}, parts={"answer_options": options})


WRITERS: Mapping[str | None, Callable[[Resource, Any, Fetch], Payload]] = {
    "short_text": _text("text_answer"),
    "long_text": _text("text_answer"),
    "url": _text("url_answer"),
    "boolean": _boolean,
    "number": _number,
    "date": _date,
    "date_range": _date_range,
    "document": _file,
    "multiple_choice": _choice,
}
"""question_type → how its answer is written. Assumed: the names number and date_range."""
