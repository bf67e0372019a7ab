"""What the OpenAPI document says of each endpoint: parameters, bodies, answers. One row an endpoint, by the operation's id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mock_servers.asymbl import bulk_ingest, bulk_jobs, composite, sosl
from mock_servers.engine.vendors import Operation

Schema = dict[str, Any]

JSON, CSV, TEXT, HTML, XML = "application/json", "text/csv", "text/plain", "text/html", "text/xml"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SECURITY = {"type": "http", "scheme": "bearer", "description": "A session, from the token endpoint or from SOAP login()"}

STRING: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
INTEGER: Schema = {"type": "integer"}
BOOLEAN: Schema = {"type": "boolean"}
ANY_OBJECT: Schema = {"type": "object"}
RECORD_ID: Schema = {"type": "string", "pattern": "^([0-9A-Za-z]{15}|[0-9A-Za-z]{18})$"}
VERSION: Schema = {"type": "string", "pattern": r"^(3[1-9]|4[0-9]|5[0-9]|6[0-6])\.0$"}


def shape(*optional: str, **members: Schema) -> Schema:
    """An object that has these members, and perhaps others."""
    return {"type": "object", "properties": members, "required": [name for name in members if name not in optional]}


def several(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


ERRORS = several(shape("fields", message=STRING, errorCode=STRING, fields=several(STRING)))
OAUTH_ERROR = shape(error=STRING, error_description=STRING)
SAVED = shape("created", id=STRING, success=BOOLEAN, errors=several(ANY_OBJECT), created=BOOLEAN)
RESULT = shape("id", "created", id=STRING, success=BOOLEAN, errors=several(ANY_OBJECT), created=BOOLEAN)
RECORD = shape(attributes=shape("url", type=STRING, url=STRING))
PAGE = shape("nextRecordsUrl", totalSize=INTEGER, done=BOOLEAN, nextRecordsUrl=STRING, records=several(RECORD))
URLS = several(STRING)
OBJECT = shape(name=STRING, label=STRING, keyPrefix=TEXT_OR_NULL, queryable=BOOLEAN, createable=BOOLEAN, urls=ANY_OBJECT)
FIELD = shape(name=STRING, type=STRING, label=STRING, nillable=BOOLEAN, createable=BOOLEAN, updateable=BOOLEAN, referenceTo=several(STRING))
DESCRIBE = shape(name=STRING, fields=several(FIELD), childRelationships=several(ANY_OBJECT), recordTypeInfos=several(ANY_OBJECT))
SESSION = shape(
    "issued_at", "signature", "refresh_token", access_token=STRING, scope=STRING, instance_url=STRING, id=STRING, token_type=STRING,
    issued_at=STRING, signature=STRING, refresh_token=STRING,
)  # fmt: skip
USER = shape(user_id=STRING, organization_id=STRING, active=BOOLEAN, user_type=STRING, urls=ANY_OBJECT)
JOB = shape("contentUrl", id=STRING, operation=STRING, object=STRING, state=STRING, apiVersion={"type": "number"}, contentType=STRING)
JOBS = shape(done=BOOLEAN, records=several(JOB), nextRecordsUrl=TEXT_OR_NULL)
LIMITS: Schema = {"type": "object", "additionalProperties": shape(Max=INTEGER, Remaining=INTEGER)}
FOUND: Schema = {"anyOf": [shape(searchRecords=several(RECORD)), several(RECORD)]}
FORMATS = {
    "contentType": one_of("CSV"),
    "columnDelimiter": one_of(*bulk_jobs.DELIMITERS),
    "lineEnding": one_of(*bulk_jobs.ENDINGS),
}

# -- members of an OpenAPI operation -----------------------------------------------------------------------------------

_REASONS = {
    "400": "The request cannot be carried out",
    "401": "No session, or one that has ended",
    "403": "A permission is missing, or the allowance is used up",
    "404": "There is no such thing, or none for this user",
    "405": "Another method is needed",
    "409": "The job belongs to another version",
    "410": "The version is retired",
    "413": "The body is too large",
    "415": "The body is of another kind than is taken here",
}


def parameter(name: str, schema: Schema, *, place: str = "query", required: bool = False) -> Schema:
    return {"name": name, "in": place, "required": required or place == "path", "schema": schema}


def path(name: str, schema: Schema) -> Schema:
    return parameter(name, schema, place="path")


def content(schema: Schema, media_type: str = JSON) -> Schema:
    return {"content": {media_type: {"schema": schema}}}


def answered(answer: Schema | None, *, status: str = "200", media_type: str = JSON, more: Mapping[str, Schema] | None = None) -> Schema:
    """The answers of an endpoint: what it does, and every way in which it refuses."""
    success: Schema = {"description": "Done", **(content(answer, media_type) if answer is not None else {})}
    refused = {code: {"description": reason, **content(ERRORS)} for code, reason in _REASONS.items()}
    return {status: success, **{code: {"description": "Done", **inner} for code, inner in (more or {}).items()}, **refused}


def operation(*parameters: Schema, responses: Schema, body: Schema | None = None, media_type: str = JSON) -> Schema:
    members: Schema = {"parameters": list(parameters), "responses": responses}
    if body is not None:
        members["requestBody"] = {"required": True, **content(body, media_type)}
    return members


V = path("version", VERSION)
SOBJECT = path("sobject", {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"})
ID = path("id", RECORD_ID)
BY_FIELD, VALUE = path("field", {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"}), path("value", {"type": "string", "minLength": 1})
FIELDS = parameter("fields", STRING)
Q = parameter("q", {"type": "string", "minLength": 1}, required=True)
MOMENT: Schema = {"type": "string", "format": "date-time"}
WINDOW = (parameter("start", MOMENT, required=True), parameter("end", MOMENT, required=True))
OVERRIDE = parameter("_HttpMethod", one_of("PATCH", "DELETE"), required=True)
JOB_ID = path("job_id", RECORD_ID)
NUMBER_TO_2000: Schema = {"type": "integer", "minimum": 0, "maximum": sosl.MOST_FOUND}
ONE_RECORD, GONE = answered(RECORD), answered(None, status="204")
RECORDS = shape("allOrNone", allOrNone={"type": ["boolean", "null"]}, records=several(ANY_OBJECT))
RESULTS = answered(several(RESULT))
CSV_FILE = answered(STRING, media_type=CSV)


def _model(model: Any) -> Schema:
    """The JSON Schema of one of the strict models that read a body."""
    return dict(model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}"))


def schemas() -> dict[str, Any]:
    """What the bodies refer to."""
    found: dict[str, Any] = {}
    for model in (composite.CompositeBody, composite.GraphBody, composite.BatchBody):
        found.update(_model(model).get("$defs", {}))
    return found


def _body_of(model: Any) -> Schema:
    return {name: member for name, member in _model(model).items() if name != "$defs"}


def _composite(model: Any, answer: Schema) -> Schema:
    return operation(V, responses=answered(answer), body=_body_of(model))


# -- one row an endpoint -----------------------------------------------------------------------------------------------

_DISCOVERY = {
    "versions.list": operation(
        responses={"200": {"description": "Done", **content(several(shape(label=STRING, url=STRING, version=STRING)))}}
    ),
    "resources.list": operation(V, responses=answered({"type": "object", "additionalProperties": STRING})),
    "sobjects.list": operation(V, responses=answered(shape(encoding=STRING, maxBatchSize=INTEGER, sobjects=several(OBJECT)))),
    "sobjects.read": operation(V, SOBJECT, responses=answered(shape(objectDescribe=OBJECT, recentItems=several(ANY_OBJECT)))),
    "sobjects.describe": operation(V, SOBJECT, responses=answered(DESCRIBE)),
    "limits.read": operation(V, responses=answered(LIMITS)),
}
_RECORDS = {
    "records.create": operation(V, SOBJECT, responses=answered(SAVED, status="201"), body=ANY_OBJECT),
    "records.read": operation(V, SOBJECT, ID, FIELDS, responses=ONE_RECORD),
    "records.update": operation(V, SOBJECT, ID, responses={**GONE, "201": {"description": "Made", **content(SAVED)}}, body=ANY_OBJECT),
    "records.delete": operation(V, SOBJECT, ID, responses=GONE),
    "records.update_by_post": operation(V, SOBJECT, ID, OVERRIDE, responses=GONE, body=ANY_OBJECT),
    "records.read_below": operation(
        V, SOBJECT, BY_FIELD, VALUE, FIELDS,
        responses={
            **answered(None, more={"300": content(URLS)}),
            "200": {"description": "A record, children, or the bytes of a file", "content": {JSON: {"schema": ANY_OBJECT}, "*/*": {}}},
        },
    ),
    "records.upsert": operation(
        V, SOBJECT, BY_FIELD, VALUE, body=ANY_OBJECT,
        responses=answered(SAVED, more={"201": content(SAVED), "204": {}, "300": content(URLS)}),
    ),
    "records.upsert_by_post": operation(
        V, SOBJECT, BY_FIELD, VALUE, parameter("_HttpMethod", one_of("PATCH"), required=True), body=ANY_OBJECT,
        responses=answered(SAVED, more={"201": content(SAVED), "204": {}, "300": content(URLS)}),
    ),
    "records.delete_below": operation(
        V, SOBJECT, BY_FIELD, VALUE, responses=answered(None, status="204", more={"300": content(URLS)})
    ),
    "records.updated": operation(V, SOBJECT, *WINDOW, responses=answered(shape(ids=several(STRING), latestDateCovered=STRING))),
    "records.deleted": operation(
        V, SOBJECT, *WINDOW,
        responses=answered(shape(deletedRecords=several(ANY_OBJECT), earliestDateAvailable=STRING, latestDateCovered=STRING)),
    ),
}  # fmt: skip
_QUERIES = {
    **dict.fromkeys(("query.run", "query.run_all"), operation(V, Q, responses=answered(PAGE))),
    **dict.fromkeys(("query.more", "query.more_all"), operation(V, path("locator", STRING), responses=answered(PAGE))),
    "search.run": operation(V, Q, responses=answered(FOUND)),
    "search.parameterized": operation(
        V, Q, parameter("sobject", STRING), FIELDS, parameter("in", one_of(*sosl.SCOPES)), parameter("overallLimit", NUMBER_TO_2000),
        parameter("defaultLimit", NUMBER_TO_2000), parameter("offset", NUMBER_TO_2000), responses=answered(FOUND),
    ),
    "search.parameterized_by_body": operation(
        V, responses=answered(FOUND),
        body=shape(
            "sobjects", "fields", "in", "overallLimit", "defaultLimit", "offset", q={"type": "string", "minLength": 1},
            sobjects=several(shape("fields", "where", "orderBy", "limit", name=STRING, fields=several(STRING), where=STRING, orderBy=STRING,
                                   limit=NUMBER_TO_2000)),
            fields=several(STRING), overallLimit=NUMBER_TO_2000, defaultLimit=NUMBER_TO_2000, offset=NUMBER_TO_2000,
            **{"in": one_of(*sosl.SCOPES)},
        ),
    ),
    "search.recent": operation(V, parameter("limit", NUMBER_TO_2000), responses=answered(several(RECORD))),
}  # fmt: skip
_SEVERAL = {
    "composite.run": _composite(composite.CompositeBody, shape(compositeResponse=several(ANY_OBJECT))),
    "composite.graph": _composite(composite.GraphBody, shape(graphs=several(ANY_OBJECT))),
    "composite.batch": _composite(composite.BatchBody, shape(hasErrors=BOOLEAN, results=several(ANY_OBJECT))),
    "tree.create": operation(
        V, SOBJECT, body=shape(records={"type": "array", "minItems": 1, "items": ANY_OBJECT}),
        responses={
            **answered(shape(hasErrors=BOOLEAN, results=several(ANY_OBJECT)), status="201"),
            "400": {"description": "Nothing was created", **content({"anyOf": [ERRORS, shape(hasErrors=BOOLEAN, results=several(ANY_OBJECT))]})},
        },
    ),
    "collections.create": operation(V, responses=RESULTS, body=RECORDS),
    "collections.update": operation(V, responses=RESULTS, body=RECORDS),
    "collections.delete": operation(
        V, parameter("ids", {"type": "string", "minLength": 1}, required=True), parameter("allOrNone", BOOLEAN), responses=RESULTS
    ),
    "collections.upsert": operation(V, SOBJECT, BY_FIELD, responses=RESULTS, body=RECORDS),
    "collections.read": operation(
        V, SOBJECT, parameter("ids", {"type": "string", "minLength": 1}, required=True),
        parameter("fields", {"type": "string", "minLength": 1}, required=True),
        responses=answered(several({"anyOf": [RECORD, {"type": "null"}]})),
    ),
    "collections.read_by_body": operation(
        V, SOBJECT, body=shape(ids=several(STRING), fields=several(STRING)),
        responses=answered(several({"anyOf": [RECORD, {"type": "null"}]})),
    ),
}  # fmt: skip
_NEW_JOB = {
    "type": "object",
    "properties": {"object": STRING, "operation": one_of(*bulk_ingest.OPERATIONS), "externalIdFieldName": STRING, **FORMATS},
    "required": ["object", "operation"],
}
_NEW_QUERY = {
    "type": "object",
    "properties": {"query": STRING, "operation": one_of("query", "queryAll"), **FORMATS},
    "required": ["query", "operation"],
}
_BULK = {
    "bulk.query.create": operation(V, responses=answered(JOB), body=_NEW_QUERY),
    "bulk.query.list": operation(V, parameter("jobType", STRING), responses=answered(JOBS)),
    "bulk.query.read": operation(V, JOB_ID, responses=answered(JOB)),
    "bulk.query.change": operation(V, JOB_ID, responses=answered(JOB), body=shape(state=one_of("Aborted"))),
    "bulk.query.delete": operation(V, JOB_ID, responses=GONE),
    "bulk.query.results": operation(
        V, JOB_ID, parameter("locator", STRING), parameter("maxRecords", {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
        responses=CSV_FILE,
    ),
    "bulk.ingest.create": operation(V, responses=answered(JOB), body=_NEW_JOB),
    "bulk.ingest.list": operation(V, responses=answered(JOBS)),
    "bulk.ingest.read": operation(V, JOB_ID, responses=answered(JOB)),
    "bulk.ingest.change": operation(V, JOB_ID, responses=answered(JOB), body=shape(state=one_of("UploadComplete", "Aborted"))),
    "bulk.ingest.delete": operation(V, JOB_ID, responses=GONE),
    "bulk.ingest.upload": operation(V, JOB_ID, responses=answered(STRING, status="201", media_type=CSV), body=STRING, media_type=CSV),
    **dict.fromkeys(
        ("bulk.ingest.successful", "bulk.ingest.failed", "bulk.ingest.unprocessed", "bulk.ingest.unprocessed_records"),
        operation(V, JOB_ID, responses=CSV_FILE),
    ),
}  # fmt: skip
_OAUTH_400 = {"400": {"description": "No session is given out", **content(OAUTH_ERROR)}}
_TOKEN = shape(
    "client_id", "client_secret", "username", "password", "refresh_token", "assertion", "code", "redirect_uri", "code_verifier", "scope",
    **dict.fromkeys(
        ("grant_type", "client_id", "client_secret", "username", "password", "refresh_token", "assertion", "code", "redirect_uri",
         "code_verifier", "scope"), STRING
    ),
)  # fmt: skip
_SOAP = {
    "parameters": [path("version", STRING)],
    "requestBody": {"required": True, **content(STRING, XML)},
    "responses": {"200": {"description": "Done", **content(STRING, XML)}, "500": {"description": "A fault", **content(STRING, XML)}},
}
_WORDS = {"403": {"description": "Why not, in one word", **content(STRING, HTML)}}
_BACK = {"302": {"description": "Back to the app's page, with a code or an error"}}
_ASKED = dict.fromkeys(("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"), STRING)
_LOGIN_PAGE = {**answered(STRING, media_type=HTML), **_OAUTH_400, **_BACK, "401": {"description": "Log in again", **content(STRING, HTML)}}
_SIGN_IN = {
    "oauth.authorize": operation(*(parameter(name, STRING) for name in _ASKED), responses=_LOGIN_PAGE),
    "oauth.log_in": operation(
        responses=_LOGIN_PAGE,
        media_type=FORM,
        body=shape(*_ASKED, "username", "password", **_ASKED, username=STRING, password=STRING),
    ),
    "oauth.token": operation(responses={**answered(SESSION), **_OAUTH_400}, body=_TOKEN, media_type=FORM),
    "oauth.revoke": operation(responses={**answered(STRING, media_type=HTML), **_OAUTH_400}, body=shape(token=STRING), media_type=FORM),
    "oauth.revoke_by_link": operation(
        parameter("token", {"type": "string", "minLength": 1}, required=True), responses={**answered(STRING, media_type=HTML), **_OAUTH_400}
    ),
    "soap.partner": _SOAP,
    "soap.enterprise": _SOAP,
    "soap.partner_session": {**_SOAP, "parameters": [path("version", STRING), path("org_id", STRING)]},
    **dict.fromkeys(("identity.userinfo", "identity.userinfo_by_form"), operation(responses={**answered(USER), **_WORDS})),
    "identity.read": operation(path("org_id", STRING), path("user_id", STRING), responses={**answered(USER), **_WORDS}),
}
ROWS: Mapping[str, Schema] = {**_DISCOVERY, **_RECORDS, **_QUERIES, **_SEVERAL, **_BULK, **_SIGN_IN}


def described(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations with what the document says of each. Raises KeyError for one without a row."""
    return tuple(replace(one, openapi=ROWS[one.id]) for one in operations)
