"""JSON Schemas of what JOIN answers, for the OpenAPI description that generated tests are made from."""

from __future__ import annotations

from typing import Any

from mock_servers.join import bodies, resources
from mock_servers.join.requests import MAX_PAGE_SIZE

Schema = dict[str, Any]

INTEGER: Schema = {"type": "integer"}
STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def shape(**members: Schema) -> Schema:
    """An object in which all of these are always there."""
    return {"type": "object", "properties": members, "required": list(members)}


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


TEXT_OR_NULL = nullable(STRING)
ERROR = {
    "anyOf": [shape(error=shape(type=STRING, message=STRING)), shape(message=STRING)],
}
ID_ONLY = shape(id=INTEGER)
REFERENCE = shape(id=INTEGER, name=TEXT_OR_NULL, slug=TEXT_OR_NULL)
CATEGORY = shape(id=INTEGER, name=TEXT_OR_NULL, slug=TEXT_OR_NULL, subCategories=several(REFERENCE))
OFFICE = shape(
    id=INTEGER,
    name=TEXT_OR_NULL,
    streetName=TEXT_OR_NULL,
    streetNumber=TEXT_OR_NULL,
    postalCode=TEXT_OR_NULL,
    city=TEXT_OR_NULL,
    countryIso=TEXT_OR_NULL,
    isDefault=nullable(BOOLEAN),
)
JOB_SUMMARY = shape(
    id=INTEGER,
    title=STRING,
    status={"type": "string", "enum": list(resources.JOB_STATUSES)},
    createdAt=TIME,
    lastUpdatedAt=TIME,
    remote=nullable(BOOLEAN),
    workplaceType=TEXT_OR_NULL,
    remoteType=TEXT_OR_NULL,
    office=nullable(shape(id=INTEGER, name=TEXT_OR_NULL, city=TEXT_OR_NULL, countryIso=TEXT_OR_NULL)),
)
# What stands under keys that a quirk may rename is left open.
JOB = {
    "allOf": [
        JOB_SUMMARY,
        shape(
            externalId=TEXT_OR_NULL,
            description=TEXT_OR_NULL,
            language=TEXT_OR_NULL,
            categoryId=nullable(INTEGER),
            employmentTypeId=nullable(INTEGER),
            seniorityId=nullable(INTEGER),
            office=nullable(OFFICE),
            salary=nullable({"type": "object"}),
            contact=nullable({"type": "object"}),
            cv=TEXT_OR_NULL,
            coverLetter=TEXT_OR_NULL,
        ),
    ]
}
JOB_V1 = shape(id=INTEGER, title=STRING, status=STRING, remote=nullable(BOOLEAN), createdAt=TIME, lastUpdatedAt=TIME)
CANDIDATE = shape(
    id=INTEGER,
    firstName=TEXT_OR_NULL,
    lastName=TEXT_OR_NULL,
    email=TEXT_OR_NULL,
    phoneNumber=TEXT_OR_NULL,
    country=nullable({"type": "object"}),
    tags=nullable(several(STRING)),
    professionalLinks=nullable(several({"type": "object"})),
)
APPLICATION = shape(
    id=INTEGER,
    createdAt=TIME,
    lastUpdatedAt=TIME,
    attachments=several(shape(type=TEXT_OR_NULL, url=STRING)),
    source=shape(product=TEXT_OR_NULL, isPremium=nullable(BOOLEAN)),
    job=shape(id=nullable(INTEGER), title=TEXT_OR_NULL, externalId=TEXT_OR_NULL),
    candidate=nullable(CANDIDATE),
    screeningQuestions=several(shape(question=STRING, type=STRING, answer=ANYTHING, file=TEXT_OR_NULL, isSkipped=BOOLEAN)),
    qualified=TEXT_OR_NULL,
    consent=nullable({"type": "object"}),
    integrationExternalId=TEXT_OR_NULL,
    state=TEXT_OR_NULL,
    currentStage=nullable(shape(id=INTEGER, name=TEXT_OR_NULL, index=nullable(INTEGER))),
)
NOTE = shape(id=INTEGER, content=STRING, createdAt=TIME)
TAGS = shape(id=INTEGER, tags=several(STRING))
CREATED_APPLICATION = shape(id=INTEGER, candidateId=INTEGER)

# -- members of an OpenAPI operation -----------------------------------------------------------------------------------

_REASONS = {
    "400": "The request cannot be carried out",
    "401": "The token is wrong",
    "403": "The role or the plan does not allow it",
    "404": "There is no such thing",
    "413": "The body is too large",
    "422": "The input is not valid, or the token is missing",
    "429": "The request limit is used up",
}
_JSON = "application/json"


def parameter(name: str, schema: Schema, *, place: str = "query") -> Schema:
    described = {"name": name, "in": place, "required": place == "path", "schema": schema}
    return {**described, "style": "form", "explode": False} if schema.get("type") == "array" else described


PATH_ID = parameter("id", resources.NUMBER.schema, place="path")
PAGING = (
    parameter("page", {"type": "integer", "minimum": 1, "maximum": resources.LARGEST_ID}),
    parameter("pageSize", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}),
)
LANGUAGE = parameter("language", {"type": "string", "pattern": "^[A-Za-z]{2}$"})


def filters(listing: resources.Listing) -> tuple[Schema, ...]:
    """The parameters that work unless a tenant's quirks say otherwise."""
    usual = [one for one in listing.filters if one.needs is None or one.needs.on_by_default]
    return tuple(parameter(one.parameter, one.kind.schema) for one in usual)


def operation(
    *parameters: Schema, answer: Schema | None, status: str = "200", body: type[bodies.Body] | None = None, media_type: str = _JSON
) -> Schema:
    """Parameters, body and every status that an endpoint may answer."""
    success: Schema = {"description": "Done"} if answer is None else {"description": "Done", "content": {media_type: {"schema": answer}}}
    refused = {code: {"description": reason, "content": {_JSON: {"schema": ERROR}}} for code, reason in _REASONS.items()}
    created_quietly = {"200": success} if status == "201" else {}
    members: Schema = {"parameters": list(parameters), "responses": {status: success, **created_quietly, **refused}}
    if body is not None:
        members["requestBody"] = {"required": True, "content": {_JSON: {"schema": bodies.json_schema(body)}}}
    return members
