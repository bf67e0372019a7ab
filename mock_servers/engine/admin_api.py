"""The admin API /_sandbox: FastAPI over the tenants of this process. Imported when somebody first calls it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pydantic
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from mock_servers.engine import admin_conditions, admin_journal, admin_page, admin_records, admin_snapshots, admin_tenants, admin_webhooks
from mock_servers.engine.addresses import Addresses
from mock_servers.engine.admin_desk import ADMIN_PATH, AdminProblem, Desk
from mock_servers.engine.admin_short import ShortWay
from mock_servers.engine.credentials import UnknownCredential, UnknownPermission
from mock_servers.engine.fault_base import BadFault
from mock_servers.engine.names import BadWorld
from mock_servers.engine.quirks import UnknownQuirk
from mock_servers.engine.scenarios import BrokenScenario, UnknownScenario
from mock_servers.engine.snapshot_files import BadSnapshot
from mock_servers.engine.snapshots import BadPart
from mock_servers.engine.store import NotFound
from mock_servers.engine.tenant import SnapshotExists, UnknownSnapshot
from mock_servers.engine.tenants import BadName, BadOption, NameTaken, Tenants, UnknownTenant, UnknownVendor
from mock_servers.engine.webhook_sender import BadReceiver
from mock_servers.engine.webhooks import NoWebhooks, UnknownEvent, UnknownWebhook

PARTS = (admin_tenants, admin_snapshots, admin_conditions, admin_journal, admin_webhooks, admin_records)
PROBLEMS: dict[type[Exception], tuple[int, str, str]] = {
    UnknownTenant: (404, "unknown_tenant", "GET /_sandbox/tenants lists them"),
    UnknownCredential: (404, "unknown_credential", "GET /_sandbox/tenants/{id}/credentials lists them"),
    UnknownQuirk: (404, "unknown_quirk", "GET /_sandbox/vendors describes them"),
    NotFound: (404, "unknown_record", "GET /_sandbox/tenants/{id}/records/{table} lists them"),
    UnknownSnapshot: (404, "unknown_snapshot", "GET /_sandbox/tenants/{id}/snapshots lists them"),
    SnapshotExists: (409, "snapshot_exists", "leave the name out to have one chosen"),
    BadPart: (422, "bad_snapshot", "correct the file, or export it again; nothing has changed"),
    BadSnapshot: (422, "bad_snapshot", "correct the file, or export it again; nothing has changed"),
    NameTaken: (409, "name_taken", "leave the name out to have one chosen"),
    sqlite3.IntegrityError: (409, "conflict", "the id may be taken, or a column that must have a value has none"),
    UnknownVendor: (422, "unknown_vendor", "GET /_sandbox/vendors lists them"),
    UnknownScenario: (422, "unknown_scenario", "GET /_sandbox/vendors lists them"),
    UnknownPermission: (422, "unknown_permission", "GET /_sandbox/vendors lists them"),
    BadWorld: (422, "bad_world", "GET /_sandbox/vendors tells the sizes of each vendor's worlds"),
    BrokenScenario: (422, "broken_scenario", "correct the file"),
    BadName: (422, "bad_name", "leave the name out to have one chosen"),
    BadOption: (422, "bad_option", "GET /_sandbox/vendors lists them with their defaults"),
    NoWebhooks: (422, "no_webhooks", "GET /_sandbox/vendors tells what each vendor sends"),
    UnknownWebhook: (404, "unknown_webhook", "GET /_sandbox/tenants/{id}/webhooks and …/deliveries list them"),
    UnknownEvent: (422, "unknown_event", "GET /_sandbox/vendors lists them"),
    BadReceiver: (422, "bad_receiver", "for example http://127.0.0.1:9000/hooks"),
    BadFault: (422, "bad_fault", "GET /_sandbox/openapi.json describes the kinds"),
    sqlite3.Error: (422, "bad_record", "every value must be of its column's type"),
    OverflowError: (422, "out_of_range", "numbers have at most 64 bits, times end in the year 9999"),
    UnicodeEncodeError: (422, "bad_text", "text must be valid Unicode"),
}
"""By what was raised: status, code, hint. The message is the error's own."""


def create_admin_api(tenants: Tenants, addresses: Addresses) -> ShortWay:
    """The API over these tenants, with the short way to its plain calls. `addresses` tells where vendors are reached."""
    desk = Desk(tenants, addresses)
    routers = [part.router(desk) for part in PARTS]
    return ShortWay(_full_api(routers), ADMIN_PATH, routers)


def _full_api(routers: list[APIRouter]) -> FastAPI:
    api = FastAPI(
        title="ats-sandbox admin",
        version="1",
        summary="Tenants, credentials, clocks, quirks, faults, journals and the truth of every simulated vendor.",
        openapi_url=f"{ADMIN_PATH}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    # FastAPI's own page takes its scripts from the network, and is blank without one.
    api.add_api_route(f"{ADMIN_PATH}/docs", lambda: HTMLResponse(admin_page.render(api.openapi())), include_in_schema=False)
    for router in routers:
        api.include_router(router, prefix=ADMIN_PATH)
    for kind, (status, code, hint) in PROBLEMS.items():
        api.add_exception_handler(kind, _told(status, code, hint))
    api.add_exception_handler(AdminProblem, _problem)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(pydantic.ValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    return api


def _answer(status: int, code: str, message: str, hint: str | None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, "hint": hint}}, status)


def _told(status: int, code: str, hint: str) -> Callable[[Request, Exception], Any]:
    async def tell(_: Request, error: Exception) -> JSONResponse:
        # str() of a KeyError is the repr of its message.
        return _answer(status, code, str(error.args[0]) if error.args else code, hint)

    return tell


async def _problem(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AdminProblem):
        raise error
    return _answer(error.status, error.code, error.message, error.hint)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError | pydantic.ValidationError):
        raise error
    parts = [_place(part["loc"]) + part["msg"] for part in error.errors()]
    return _answer(422, "invalid", "; ".join(parts), f"{ADMIN_PATH}/openapi.json describes every body")


def _place(steps: tuple[int | str, ...]) -> str:
    return f"{'.'.join(str(step) for step in steps)}: " if steps else ""


async def _http(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    answer = _answer(error.status_code, "not_found" if error.status_code == 404 else "refused", str(error.detail), f"see {ADMIN_PATH}/docs")
    answer.headers.update(error.headers or {})
    return answer
