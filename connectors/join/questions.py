"""Screening questions: their keys, forms and conditions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from connectors.join.values import Raw, shown
from connectors.unified.connector import Ref

QUESTION_FORMATS: dict[str, dict[str, Any]] = {
    "TEXT": {"type": "TEXT", "display_type": "SINGLE_LINE"},
    "LONG_TEXT": {"type": "TEXT", "display_type": "MULTI_LINE"},
    "INTEGER": {"type": "NUMBER", "display_type": "FIELD"},
    "DATE": {"type": "DATE"},
    "BOOLEAN": {"type": "BOOLEAN"},
    "FILE": {"type": "FILE"},
}


@dataclass(frozen=True, slots=True)
class Question:
    """A screening question where it stands in its job."""

    job: str
    index: int
    raw: Raw

    @property
    def title(self) -> str | None:
        """Read as answers show it, else as a job is created with it (both seen in code; what a job shows is not known)."""
        found: str | None = self.raw["question"] if "question" in self.raw else shown(self.raw, "name")
        return found

    @property
    def required(self) -> bool | None:
        found: bool | None = self.raw["isRequired"] if "isRequired" in self.raw else shown(self.raw, "required")
        return found

    @property
    def key(self) -> str:
        """JOIN's id; where it shows none, job and text make one that stays the same."""
        if self.raw.get("id") is not None:
            return str(self.raw["id"])
        text = self.raw.get("question", self.raw.get("name"))
        return hashlib.sha256(f"{self.job}:{text}".encode()).hexdigest()[:24]


def option_key(question: str, text: str) -> str:
    return f"{question}/{text}"


def question_format(question: Question) -> dict[str, Any]:
    kind = question.raw.get("type")
    if kind in ("SINGLE_SELECT", "MULTI_SELECT"):
        return {"type": kind, "options": [_option(question.key, text) for text in question.raw.get("options") or []]}
    known = QUESTION_FORMATS.get(str(kind))
    return dict(known) if known is not None else {"type": "UNKNOWN", "raw_question": dict(question.raw)}


def _option(question: str, text: str) -> dict[str, Any]:
    return {"id": Ref("Screening questions", option_key(question, text)), "name": text, "remote_id": text}


def precondition_question(question: Question) -> Ref | None:
    other = shown(question.raw, "preconditionQuestionId")
    return None if other is None else Ref("Screening questions", str(other))


def precondition_options(question: Question) -> list[Any] | None:
    answers = shown(question.raw, "preconditionAnswers")
    if answers is None:
        return None
    other = str(question.raw.get("preconditionQuestionId"))
    return [answer if isinstance(answer, bool) else Ref("Screening questions", option_key(other, answer)) for answer in answers]
