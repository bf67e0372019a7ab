"""JOIN as the engine sees it: its endpoints, one row each, and everything else that a vendor must provide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.vendors import Handler, Operation, Permission, Preset, RateLimitDefaults, Vendor
from mock_servers.join import applying, auth, bodies, endpoints, links, quirks, resources, schemas, tables, wire, writes
from mock_servers.join.factory import FACTORY
from mock_servers.join.quirks.base import CHECKED, CMS_PLUGIN, PUBLISHER, SYNC_CLIENT

_ROLES = Documented("help.join.com, member management", CHECKED)
_POLLED = SeenInCode(SYNC_CLIENT)
_PUBLISHED = SeenInCode(PUBLISHER)
_PLUGIN = SeenInCode(CMS_PLUGIN)
_OLD = SeenInCode("small public callers of version 1; it is called deprecated")
_OPEN = Assumed("no source shows it; see the quirk that switches it")


def _reads(id: str, path: str, handler: Handler, summary: str, evidence: Evidence, openapi: Mapping[str, Any]) -> Operation:
    return Operation(id, "GET", path, handler, summary, evidence, needs=(auth.PERMISSION,), openapi=openapi)


def _writes(id: str, method: str, path: str, handler: Handler, summary: str, evidence: Evidence, openapi: Mapping[str, Any]) -> Operation:
    return Operation(id, method, path, handler, summary, evidence, needs=(auth.PERMISSION,), writes=True, openapi=openapi)


_api = schemas.operation
_one = schemas.PATH_ID
_GONE = _api(_one, answer=None, status="204")
_CONTENT = schemas.parameter("content", schemas.BOOLEAN)
_SIGNED = (
    schemas.parameter("opaque", {"type": "string", "pattern": "^[0-9a-z]+$"}, place="path"),
    schemas.parameter("sig", {"type": "string"}),
)
_job_filters, _application_filters = schemas.filters(resources.JOBS), schemas.filters(resources.APPLICATIONS)

OPERATIONS = (
    # -- jobs
    _reads(
        "jobs.list", "/v2/jobs", endpoints.list_jobs, "Jobs, newest first: summaries, or in full with content=true", _PLUGIN,
        _api(*schemas.PAGING, *_job_filters, _CONTENT, answer=schemas.several(schemas.JOB_SUMMARY)),
    ),
    _reads("jobs.read", "/v2/jobs/{id}", endpoints.read_job, "One job in full", _PLUGIN, _api(_one, answer=schemas.JOB)),
    _writes(
        "jobs.create", "POST", "/v2/jobs", writes.create_job, "A new job, online at once unless it says OFFLINE", _PUBLISHED,
        _api(answer=schemas.ID_ONLY, status="201", body=bodies.JobBody),
    ),
    _writes(
        "jobs.change", "PATCH", "/v2/jobs/{id}", writes.change_job, "Replace what is named", _PLUGIN,
        _api(_one, answer=schemas.ID_ONLY, body=bodies.JobChanges),
    ),
    _writes(
        "jobs.change_status", "PATCH", "/v2/jobs/{id}/changeStatus", writes.change_status, "Publish, hide or archive a job", _PUBLISHED,
        _api(_one, answer=schemas.ID_ONLY, body=bodies.StatusBody),
    ),
    _writes(
        "jobs.activate", "PATCH", "/v2/jobs/{id}/activate", writes.old_status_path("ONLINE"), "Publish a job, the old way", _PUBLISHED,
        _api(_one, answer=schemas.ID_ONLY),
    ),
    _writes(
        "jobs.archive", "PATCH", "/v2/jobs/{id}/archive", writes.old_status_path("ARCHIVED"), "Archive a job, the old way", _PUBLISHED,
        _api(_one, answer=schemas.ID_ONLY),
    ),
    _writes("jobs.delete", "DELETE", "/v2/jobs/{id}", writes.delete("jobs"), "Delete a job for good", _OPEN, _GONE),
    # -- applications and people
    _reads(
        "applications.list", "/v2/applications", endpoints.list_applications, "Applications with their people, newest first", _POLLED,
        _api(*schemas.PAGING, *_application_filters, answer=schemas.several(schemas.APPLICATION)),
    ),
    _reads(
        "applications.read", "/v2/applications/{id}", endpoints.read_application, "One application", _POLLED,
        _api(_one, answer=schemas.APPLICATION),
    ),
    _writes(
        "applications.create", "POST", "/v2/applications", applying.create_application, "Person, application, files in one call", _PLUGIN,
        _api(answer=schemas.CREATED_APPLICATION, status="201", body=bodies.ApplicationBody),
    ),
    _writes(
        "applications.delete", "DELETE", "/v2/applications/{id}", writes.delete("applications"), "Delete an application for good", _OPEN,
        _GONE,
    ),
    _reads(
        "attachments.download", links.PATH, endpoints.download_attachment, "A file behind its signed link", _POLLED,
        _api(*_SIGNED, answer={"type": "string", "format": "binary"}, media_type="*/*"),
    ),
    _reads(
        "candidates.read", "/v2/candidates/{id}", endpoints.read_candidate, "One person", _OPEN, _api(_one, answer=schemas.CANDIDATE)
    ),
    _writes(
        "candidates.create_note", "POST", "/v2/candidates/{id}/notes", writes.create_note, "A note on a person", _PLUGIN,
        _api(_one, answer=schemas.NOTE, status="201", body=bodies.NoteBody),
    ),
    _writes(
        "candidates.replace_tags", "PUT", "/v2/candidates/{id}/tags", writes.replace_tags, "Replace all tags of a person", _OPEN,
        _api(_one, answer=schemas.TAGS, body=bodies.TagsBody),
    ),
    _writes(
        "candidates.patch_tags", "PATCH", "/v2/candidates/{id}/tags", writes.replace_tags, "The same under another verb", _OPEN,
        _api(_one, answer=schemas.TAGS, body=bodies.TagsBody),
    ),
    _writes(
        "candidates.delete", "DELETE", "/v2/candidates/{id}", writes.delete("candidates"), "Delete a person for good", _OPEN,
        _GONE,
    ),
    # -- reference data
    _reads(
        "categories.list", "/v2/categories", endpoints.list_categories, "Categories with their sub-categories", _PLUGIN,
        _api(schemas.LANGUAGE, answer=schemas.several(schemas.CATEGORY)),
    ),
    _reads(
        "employment_types.list", "/v2/employmentTypes", endpoints.reference_list("employment_types"), "Employment types", _PLUGIN,
        _api(schemas.LANGUAGE, answer=schemas.several(schemas.REFERENCE)),
    ),
    _reads(
        "seniority_levels.list", "/v2/seniorityLevels", endpoints.reference_list("seniority_levels"), "Seniority levels", _PLUGIN,
        _api(schemas.LANGUAGE, answer=schemas.several(schemas.REFERENCE)),
    ),
    _reads(
        "offices.list", "/v2/offices", endpoints.list_offices, "Offices", _PUBLISHED,
        _api(*schemas.PAGING, *schemas.filters(resources.OFFICES), answer=schemas.several(schemas.OFFICE)),
    ),
    _writes(
        "offices.create", "POST", "/v2/offices", writes.create_office, "A new office", _PUBLISHED,
        _api(answer=schemas.ID_ONLY, status="201", body=bodies.OfficeBody),
    ),
    # -- deprecated
    _reads(
        "v1.jobs.list", "/v1/jobs", endpoints.list_jobs_v1, "Jobs in full, as version 1 had them", _OLD,
        _api(*schemas.PAGING, *_job_filters, answer=schemas.several(schemas.JOB_V1)),
    ),
    _reads("v1.jobs.read", "/v1/jobs/{id}", endpoints.read_job_v1, "One job, as version 1 had it", _OLD, _api(_one, answer=schemas.JOB_V1)),
)  # fmt: skip

VENDOR = Vendor(
    name="join",
    title="JOIN",
    metadata=tables.METADATA,
    operations=OPERATIONS,
    permissions=(Permission(auth.PERMISSION, _ROLES),),
    presets=(
        Preset("System Admin", (auth.PERMISSION,), "May see and make tokens, so in practice every token is one of theirs", _ROLES),
        Preset("Standard", (), "A member without the right to the API", _ROLES),
        Preset("Limited", (), "A member who sees only jobs they were added to", _ROLES),
    ),
    quirks=quirks.QUIRKS,
    authenticator=auth.TokenAuthenticator(),
    errors=wire.ERRORS,
    render=wire.render,
    dependents=wire.dependents,
    api_path="",
    factory=FACTORY,
    security_scheme={"type": "apiKey", "in": "header", "name": "Authorization"},
    guard=auth.guard,
    rate_limit=RateLimitDefaults(
        requests=600,
        window_seconds=60,
        evidence=Assumed("the header names are seen in code, the numbers are not known; these leave room for a test suite"),
        on_by_default=True,
        headers=wire.rate_limit_headers,
    ),
    options={"plan": "advanced", "company_slug": "examplecorp", "new_application_qualified": "PENDING"},
    # Ten documents of 10 MB each, in base64.
    max_body_bytes=144 * 1024 * 1024,
)
