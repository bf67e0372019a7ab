"""Unified field to the place in Harbor's record."""

from __future__ import annotations

from typing import Any

from connectors.unified.connector import Ref

Item = dict[str, Any]
STATES = {"open": "OPEN", "closed": "CLOSED", "planned": "DRAFT"}
RESULTS = {"open": "PENDING", "taken": "HIRED", "refused": "DECLINED"}


def _mails(item: Item) -> list[dict[str, Any]]:
    return [{"email_address": item["mail"], "type": None}] if item["mail"] else []


def _state(item: Item) -> Any:
    return STATES.get(item["state"].lower(), item["state"])


def _result(item: Item) -> Any:
    return RESULTS[item["result"].lower()]


def _job(item: Item) -> Any:
    return Ref("Jobs", str(item["berth_id"]))


def _candidate(item: Item) -> Any:
    return Ref("Candidates", str(item["sailor_id"]))


MODEL_OF = {"crew": "Users", "berths": "Jobs", "sailors": "Candidates", "bids": "Applications"}
TABLES: dict[str, dict[str, Any]] = {
    "Users": {"first_name": "name", "email": "mail"},
    "Jobs": {"name": "title", "status": _state, "remote_updated_at": "updated_at"},
    "Candidates": {"first_name": "first", "last_name": "last", "email_addresses": _mails},
    "Applications": {"outcome": _result, "job_id": _job, "candidate_id": _candidate},
}
