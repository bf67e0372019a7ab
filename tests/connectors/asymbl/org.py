"""A small Salesforce org with Asymbl in it, behind a script for the fake server.

Written from the facts about the vendor, apart from the simulated server, so that the two cannot share a mistake. It knows
the queries that a connector of this kind asks, and refuses what Salesforce would refuse of them.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.asymbl.connector import AsymblConnector, connect
from connectors.asymbl.manifest import MANIFEST
from tests.connectors.fake_http import Answer, Asked, FakeServer

Row = dict[str, Any]

EVERYTHING: Mapping[str, frozenset[str]] = {
    model.name: frozenset(item.name for item in model.fields) - {"id", "remote_id", "changed_at", "remote_deleted_at"}
    for model in MANIFEST.models
}
T1, T2, T3 = "2026-02-01T10:00:00.000+0000", "2026-02-02T10:00:00.000+0000", "2026-02-03T10:00:00.000+0000"
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"
APP = {"client_id": "3MVG9.consumer", "client_secret": "consumer-secret"}


def only(*models: str) -> Mapping[str, frozenset[str]]:
    return {model: EVERYTHING[model] for model in models}


# ---------------------------------------------------------------------------------------------------------- schema

PARENTS = {
    ("bpats__Job__c", "bpats__Work_Site_Location__r"): ("bpats__Work_Site_Location__c", "bpats__Work_Site_Location__c"),
    ("bpats__Job__c", "bpats__Hiring_Manager__r"): ("bpats__Hiring_Manager__c", "Contact"),
    ("bpats__ATS_Applicant__c", "bpats__Stage__r"): ("bpats__Stage__c", "bpats__ATS_Stage__c"),
    ("bpats__ATS_Applicant__c", "bpats__ATS_Applicant__r"): ("bpats__ATS_Applicant__c", "Contact"),
    ("bpats__ATS_Applicant__c", "bpats__Job__r"): ("bpats__Job__c", "bpats__Job__c"),
    ("Contact", "RecordType"): ("RecordTypeId", "RecordType"),
    ("ContentDocumentLink", "ContentDocument"): ("ContentDocumentId", "ContentDocument"),
}

SYSTEM = "Id:id CreatedDate:datetime LastModifiedDate:datetime SystemModstamp:datetime"
OWNED = f"{SYSTEM} IsDeleted:boolean OwnerId:reference"

SCHEMA: dict[str, str] = {
    "User": f"{SYSTEM} FirstName LastName Email:email IsActive:boolean UserType:picklist Title Address:address City",
    "Contact": f"{OWNED} RecordTypeId:reference FirstName LastName Name Title Email:email Phone:phone MobilePhone:phone HomePhone:phone "
    "OtherPhone:phone LeadSource:picklist MailingStreet:textarea MailingCity MailingState MailingPostalCode MailingCountry "
    "MailingAddress:address Birthdate:date bpats__Desired_Salary__c:currency bpats__Earliest_Available_Date__c:date "
    "Shoe_Size__c:double Newsletter__c:boolean",
    "bpats__Job__c": f"{OWNED} Name bpats__Job_Title__c bpats__Job_Number__c bpats__Job_Description__c:textarea bpats__Type__c:picklist "
    "bpats__Status__c:picklist bpats__Is_Active__c:boolean bpats__Is_Closed__c:boolean bpats__Post_Externally__c:boolean "
    "bpats__Salary__c:currency bpats__Pay_Rate__c:currency bpats__Location__c bpats__Work_Site_Location__c:reference "
    "bpats__Posted_Date__c:date bpats__Start_Date__c:date bpats__Delivery_Lead__c:reference bpats__Sales_Lead__c:reference "
    "bpats__Hiring_Manager__c:reference bpats__Priority__c:picklist Bench__c:int",
    "bpats__ATS_Stage__c": f"{OWNED} Name bpats__Job__c:reference bpats__Sequence__c:double bpats__Stage_Type__c:picklist",
    "bpats__ATS_Applicant__c": f"{OWNED} Name bpats__ATS_Applicant__c:reference bpats__Job__c:reference bpats__Stage__c:reference "
    "bpats__Applicant_Status__c:picklist bpats__Asymbl_Rejection_Reason__c:picklist bpats__Source__c:picklist "
    "bpats__Internal_Source__c bpats__Salary__c:currency bpats__Contact_Job_Relationship__c",
    "bpats__Work_Site_Location__c": f"{SYSTEM} IsDeleted:boolean Name bpats__Country_Code__c:picklist bpats__State_Code__c:picklist",
    "RecordType": "Id:id DeveloperName",
    "ContentVersion": f"{SYSTEM} IsDeleted:boolean OwnerId:reference Title PathOnClient FileExtension FileType ContentSize:int Checksum "
    "IsLatest:boolean ContentDocumentId:reference VersionData:base64 FirstPublishLocationId:reference bpats__Is_Primary__c:boolean",
    "ContentDocument": f"{SYSTEM} IsDeleted:boolean Title FileExtension ContentSize:int LatestPublishedVersionId:reference",
    "ContentDocumentLink": "Id:id SystemModstamp:datetime IsDeleted:boolean ContentDocumentId:reference LinkedEntityId:reference",
    "Attachment": f"{OWNED} ParentId:reference Name ContentType BodyLength:int Body:base64 IsPrivate:boolean",
}
PREFIXES = {
    "User": "005",
    "Contact": "003",
    "RecordType": "012",
    "ContentVersion": "068",
    "ContentDocument": "069",
    "ContentDocumentLink": "06A",
    "Attachment": "00P",
    "bpats__Job__c": "a0M",
    "bpats__ATS_Stage__c": "a06",
    "bpats__ATS_Applicant__c": "a01",
    "bpats__Work_Site_Location__c": "a0W",
}
PICKLISTS = {
    ("bpats__ATS_Applicant__c", "bpats__Source__c"): ("LinkedIn", "Glassdoor", "Indeed", "Website"),
    ("bpats__ATS_Applicant__c", "bpats__Applicant_Status__c"): ("Active", "Rejected"),
    ("Contact", "LeadSource"): ("Web", "Phone Inquiry", "LinkedIn"),
}
RESTRICTED = {("bpats__ATS_Applicant__c", "bpats__Source__c"), ("bpats__ATS_Applicant__c", "bpats__Applicant_Status__c")}
READ_ONLY = frozenset({"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "IsDeleted", "bpats__Job_Number__c"})


class Refusal(Exception):
    """An error array."""

    def __init__(self, status: int, code: str, message: str, *, fields: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = [{"message": message, "errorCode": code, **({"fields": list(fields)} if fields else {}), **more}]


def no_column(name: str, sobject: str) -> Refusal:
    text = f"\nSELECT Id, {name} FROM\n           ^\nERROR at Row:1:Column:12\nNo such column '{name}' on entity '{sobject}'. If you are"
    return Refusal(400, "INVALID_FIELD", text)


def number(sobject: str, value: int) -> str:
    """An id in its 18 letters; the last three are its checksum."""
    short = f"{PREFIXES[sobject]}A0000{value:07d}"
    tail = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, letter in enumerate(short[start : start + 5]) if letter.isupper())
        tail += "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]
    return short + tail


# ------------------------------------------------------------------------------------------------------------ soql

TOKEN = re.compile(r"\s*('(?:\\.|[^'\\])*'|\(|\)|,|>=|<=|!=|=|>|<|[^\s(),'=<>!]+)")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def tokens(text: str) -> list[str]:
    return TOKEN.findall(text)


def literal(token: str) -> Any:
    if token.startswith("'"):
        return re.sub(r"\\(.)", lambda found: ESCAPED.get(found[1], found[1]), token[1:-1])
    if token in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[token]
    if re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", token):
        return token[:-1] + "+0000"
    raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: '{token}'")


def folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


@dataclass
class Parsed:
    columns: list[str]
    sobject: str
    where: list[str]
    order: list[tuple[str, bool]]
    limit: int | None


def parse(query: str) -> Parsed:
    found = re.fullmatch(
        r"SELECT (?P<columns>[\w., ]+) FROM (?P<sobject>\w+)(?: WHERE (?P<where>.*?))?"
        r"(?: ORDER BY (?P<order>[\w., ]+?))?(?: LIMIT (?P<limit>\d+))?",
        query,
        re.DOTALL,
    )
    if found is None:
        raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: '{query[:30]}'")
    order = [(part.split()[0], part.strip().upper().endswith(" DESC")) for part in (found["order"] or "").split(",") if part.strip()]
    limit = None if found["limit"] is None else int(found["limit"])
    columns = [column.strip() for column in found["columns"].split(",")]
    if len(columns) != len(set(columns)):
        raise Refusal(400, "INVALID_FIELD", "duplicate field selected")
    return Parsed(columns, found["sobject"], tokens(found["where"] or ""), order, limit)


# ------------------------------------------------------------------------------------------------------------- org


@dataclass
class Org:
    """Answers as Salesforce would, as far as these tests need it."""

    tables: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in SCHEMA})
    hidden: set[str] = field(default_factory=set)
    """Objects ("Contact") and columns ("Contact.Email") that the user may not see."""
    locked: set[str] = field(default_factory=set)
    """Objects that may not be created ("Contact: create") or changed ("Contact: edit"), and columns ("Contact.Title")."""
    unqueryable: set[str] = field(default_factory=set)
    """Columns that describe shows and a query refuses."""
    extra: dict[str, str] = field(default_factory=dict)
    """More columns of an object, as in SCHEMA."""
    picklists: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=lambda: dict(PICKLISTS))
    requests_left: int = 1000
    page: int = 2
    """Rows a page, whatever is asked for."""
    tokens: dict[str, bool] = field(default_factory=dict)
    """Session to whether it lives."""
    instance: str | None = None
    """The org's address, if it is not the one that was asked."""
    refuse_sign_in: tuple[str, str] | None = None
    refresh_tokens: set[str] = field(default_factory=lambda: {"refresh-0"})
    rotate: bool = False
    bulk_refusal: Refusal | None = None
    bulk_polls: int = 2
    """How often a job is still in progress."""
    before: Callable[[Asked], Answer | None] = lambda asked: None
    """Answers instead of the org, or lets it answer."""
    after: Callable[[Asked, Answer], Answer] = lambda asked, answer: answer
    password: str = "pass&word"
    inside: Callable[[str], None] = lambda path: None
    """Told the path of each request inside another one; may raise a Refusal of it."""
    duplicates: Callable[[Row], tuple[list[str], bool] | None] = lambda row: None
    """For a new contact: ids that the duplicate rule finds, and whether it lets itself be overruled."""
    now: str = "2026-03-02T09:00:00.000+0000"
    _ids: Any = field(default_factory=lambda: itertools.count(900_001))
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _locators: dict[str, tuple[str, list[Row]]] = field(default_factory=dict)
    _jobs: dict[str, dict[str, Any]] = field(default_factory=dict)

    # -- data -----------------------------------------------------------------------------------------------------

    def put(self, sobject: str, serial: int, **values: Any) -> str:
        """A record; what is not given is null, false, or the system's."""
        id = number(sobject, serial)
        row: Row = {}
        for name, kind in self.columns(sobject).items():
            row[name] = False if kind == "boolean" else None
        stamps = {"CreatedDate": T1, "LastModifiedDate": T1, "SystemModstamp": T1}
        row |= {name: value for name, value in stamps.items() if name in row}
        if "OwnerId" in row:
            row["OwnerId"] = number("User", 1)
        unknown = set(values) - set(row) - {"Owner"}
        assert not unknown, unknown
        self.tables[sobject][id] = {**row, **values, "Id": id}
        return id

    def touch(self, sobject: str, id: str, stamp: str, **values: Any) -> None:
        self.tables[sobject][id] |= {**values, "SystemModstamp": stamp}
        if values and "IsDeleted" not in values:
            self.tables[sobject][id]["LastModifiedDate"] = stamp

    def columns(self, sobject: str) -> dict[str, str]:
        words = f"{SCHEMA[sobject]} {self.extra.get(sobject, '')}".split()
        return {name: kind or "string" for name, _, kind in (word.partition(":") for word in words)}

    def visible(self, sobject: str) -> dict[str, str]:
        if sobject not in SCHEMA or sobject in self.hidden:
            return {}
        return {name: kind for name, kind in self.columns(sobject).items() if f"{sobject}.{name}" not in self.hidden}

    # -- HTTP -----------------------------------------------------------------------------------------------------

    def __call__(self, asked: Asked) -> Answer:
        answer = self.before(asked)
        if answer is None:
            try:
                answer = self._answer(asked)
            except Refusal as refusal:
                answer = as_json(refusal.body, refusal.status)
        return self.after(asked, answer)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/services/oauth2/token":
            return self._grant(asked)
        if asked.path.startswith("/services/Soap/u/"):
            return self._soap(asked)
        if asked.path.rstrip("/") == "/services/data":
            return as_json([{"label": "Spring '25", "url": "/services/data/v63.0", "version": "63.0"}])
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self.tokens.get(token, False):
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        found = re.fullmatch(r"/services/data/v63\.0(/.*)?", asked.path)
        if found is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return self._routed(asked.method, found[1] or "/", asked.query, asked.body, token, asked.headers)

    def _routed(self, method: str, path: str, query: Mapping[str, str], body: bytes, token: str, headers: Mapping[str, str]) -> Answer:
        match (method, *path.strip("/").split("/")):
            case ("GET", ""):
                return as_json({"sobjects": "/services/data/v63.0/sobjects"})
            case ("GET", "limits"):
                return as_json({"DailyApiRequests": {"Max": 15000, "Remaining": self.requests_left}})
            case ("GET", "query" | "queryAll" as kind):
                return as_json(self._query(query["q"], kind == "queryAll", token))
            case ("GET", "query", locator):
                return as_json(self._more(locator, token))
            case (_, "sobjects", *parts):
                return self._sobjects(method, parts, body, headers)
            case ("POST", "composite"):
                return as_json({"compositeResponse": self._composite(json.loads(body), token)})
            case ("POST", "composite", "batch"):
                return as_json({"hasErrors": False, "results": [self._batched(one, token) for one in json.loads(body)["batchRequests"]]})
            case (_, "jobs", "query", *parts):
                return self._bulk(method, parts, query, body)
            case _:
                raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def _sobjects(self, method: str, parts: list[str], body: bytes, headers: Mapping[str, str]) -> Answer:
        match (method, *parts):
            case ("GET", sobject, "describe"):
                return as_json(self._describe(sobject))
            case ("GET", sobject, id, blob):
                return Answer(200, base64.b64decode(self.tables[sobject][id][blob]), {"Content-Type": "application/octetstream"})
            case ("POST", sobject):
                return as_json({"id": self._create(sobject, json.loads(body), headers), "success": True, "errors": []}, 201)
            case ("PATCH", sobject, id):
                self._change(sobject, id, json.loads(body))
                return Answer(204)
            case _:
                raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    def _bulk(self, method: str, parts: list[str], query: Mapping[str, str], body: bytes) -> Answer:
        match (method, *parts):
            case ("POST",):
                return as_json(self._job(json.loads(body)))
            case ("GET", id):
                return as_json(self._polled(id))
            case ("GET", id, "results"):
                return self._results(id, query)
            case ("DELETE", id):
                del self._jobs[id]
                return Answer(204)
            case _:
                raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")

    # -- sessions -------------------------------------------------------------------------------------------------

    def session(self) -> str:
        token = f"00DA00000000001!session-{next(self._numbers)}"
        self.tokens[token] = True
        return token

    def end_sessions(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, False)

    def _grant(self, asked: Asked) -> Answer:
        form = dict(parse_qsl(asked.body.decode()))
        refused = self.refuse_sign_in or self._grant_problem(form)
        if refused is not None:
            return as_json({"error": refused[0], "error_description": refused[1]}, 400)
        home = self.instance or f"http://{asked.headers['host']}"
        answer = {"access_token": self.session(), "instance_url": home, "id": f"{home}/id/00D/005", "token_type": "Bearer"}
        if form["grant_type"] == "refresh_token" and self.rotate:
            self.refresh_tokens = {f"refresh-{next(self._numbers)}"}
            answer["refresh_token"] = next(iter(self.refresh_tokens))
        return as_json(answer)

    def _grant_problem(self, form: Mapping[str, str]) -> tuple[str, str] | None:
        if form.get("grant_type", "").endswith("jwt-bearer"):
            return None if form.get("assertion", "").count(".") == 2 else ("invalid_grant", "invalid assertion")
        if form.get("client_id") != APP["client_id"]:
            return "invalid_client_id", "client identifier invalid"
        if form.get("client_secret", APP["client_secret"]) != APP["client_secret"]:
            return "invalid_client", "invalid client credentials"
        match form["grant_type"]:
            case "refresh_token" if form["refresh_token"] not in self.refresh_tokens:
                return "invalid_grant", "expired access/refresh token"
            case "password" if (form["username"], form["password"]) != ("ada@acme.test", f"{self.password}TOKEN"):
                return "invalid_grant", "authentication failure"
            case "client_credentials" | "refresh_token" | "password":
                return None
            case _:
                return "unsupported_grant_type", "grant type not supported"

    def _soap(self, asked: Asked) -> Answer:
        text = asked.body.decode()
        xml = {"Content-Type": "text/xml; charset=utf-8"}
        password = self.password.replace("&", "&amp;")
        if f"<urn:username>ada@acme.test</urn:username><urn:password>{password}TOKEN</urn:password>" not in text:
            fault = "INVALID_LOGIN: Invalid username, password, security token; or user locked out."
            told = f"<faultcode>sf:INVALID_LOGIN</faultcode><faultstring>{fault}</faultstring>"
            return Answer(500, f"<env><sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>{told}</env>".encode(), xml)
        home = self.instance or f"http://{asked.headers['host']}"
        found = f"<serverUrl>{home}/services/Soap/u/63.0/00DA00000000001</serverUrl><sessionId>{self.session()}</sessionId>"
        return Answer(200, f"<env><result>{found}</result></env>".encode(), xml)

    # -- describe -------------------------------------------------------------------------------------------------

    def _describe(self, sobject: str) -> dict[str, Any]:
        columns = self.visible(sobject)
        if not columns:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        return {
            "name": sobject,
            "label": sobject,
            "queryable": True,
            "createable": f"{sobject}: create" not in self.locked,
            "updateable": f"{sobject}: edit" not in self.locked,
            "fields": [self._field(sobject, name, kind) for name, kind in columns.items()],
        }

    def _field(self, sobject: str, name: str, kind: str) -> dict[str, Any]:
        writable = name not in READ_ONLY and f"{sobject}.{name}" not in self.locked
        parent = next((path for (owner, path), (lookup, _) in PARENTS.items() if owner == sobject and lookup == name), None)
        picks = [{"active": True, "label": value, "value": value} for value in self.picklists.get((sobject, name), ())]
        return {
            "name": name,
            "label": name.removesuffix("__c").replace("_", " "),
            "type": kind,
            "custom": name.endswith("__c"),
            "createable": writable,
            "updateable": writable,
            "restrictedPicklist": (sobject, name) in RESTRICTED,
            "picklistValues": [*picks, {"active": False, "label": "Old", "value": "Old"}] if picks else [],
            "relationshipName": parent,
        }

    # -- queries --------------------------------------------------------------------------------------------------

    def selected(self, query: str, *, deleted: bool) -> tuple[Parsed, list[Row]]:
        parsed = parse(query)
        if not self.visible(parsed.sobject):
            raise Refusal(
                400, "INVALID_TYPE", f"sObject type '{parsed.sobject}' is not supported. If you are attempting to use a custom object"
            )
        for column in parsed.columns:
            self._check(parsed.sobject, column)
        if parsed.sobject == "ContentDocumentLink" and not {"LinkedEntityId", "ContentDocumentId"} & set(parsed.where):
            text = "Implementation restriction: ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId"
            raise Refusal(400, "MALFORMED_QUERY", text)
        rows = [row for row in self.tables[parsed.sobject].values() if deleted or not row.get("IsDeleted")]
        rows = [row for row in rows if self._holds(parsed, row, deleted=deleted)]
        for name, descending in reversed(parsed.order):
            rows.sort(key=lambda row: (self._value(parsed.sobject, row, name) is not None, folded(row.get(name))), reverse=descending)
        return parsed, rows[: parsed.limit]

    def _check(self, sobject: str, path: str) -> None:
        parent, dot, rest = path.partition(".")
        if dot and parent == "Owner":
            return
        if dot:
            if (sobject, parent) not in PARENTS or PARENTS[sobject, parent][0] not in self.visible(sobject):
                raise Refusal(400, "INVALID_FIELD", f"Didn't understand relationship '{parent}' in field path. If you are attempting")
            sobject, path = PARENTS[sobject, parent][1], rest
        if path not in self.visible(sobject) or f"{sobject}.{path}" in self.unqueryable:
            raise no_column(path, sobject)

    def _value(self, sobject: str, row: Row, path: str) -> Any:
        self._check(sobject, path)
        parent, dot, rest = path.partition(".")
        if not dot:
            return row[path]
        found = self._parent(sobject, row, parent)
        return None if found is None else found.get(rest)

    def _parent(self, sobject: str, row: Row, path: str) -> Row | None:
        if path == "Owner":
            return {"Type": "User" if str(row["OwnerId"]).startswith("005") else "Group"}
        lookup, target = PARENTS[sobject, path]
        return self.tables[target].get(row[lookup])

    def _holds(self, parsed: Parsed, row: Row, *, deleted: bool) -> bool:
        left = list(parsed.where)
        if not left:
            return True
        holds = self._condition(parsed.sobject, row, left, deleted=deleted)
        while left:
            joint = left.pop(0)
            if joint != "AND":
                raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: '{joint}'")
            holds = self._condition(parsed.sobject, row, left, deleted=deleted) and holds
        return holds

    def _condition(self, sobject: str, row: Row, left: list[str], *, deleted: bool) -> bool:
        if left[0] == "(":
            left.pop(0)
            holds = self._condition(sobject, row, left, deleted=deleted)
            while left[0] == "OR":
                left.pop(0)
                holds = self._condition(sobject, row, left, deleted=deleted) or holds
            assert left.pop(0) == ")"
            return holds
        path, operator = left.pop(0), left.pop(0)
        value = self._value(sobject, row, path)
        if operator == "IN":
            assert left.pop(0) == "("
            depth, inside = 1, []
            while depth:
                token = left.pop(0)
                depth += {"(": 1, ")": -1}.get(token, 0)
                inside.append(token)
            inside.pop()
            if inside[0] == "SELECT":
                query = " ".join(inside)
                _, rows = self.selected(query, deleted=deleted)
                column = parse(query).columns[0]
                return value is not None and value in {found[column] for found in rows}
            return folded(value) in {folded(literal(token)) for token in inside if token != ","}
        other = literal(left.pop(0))
        match operator:
            case "=":
                return bool(folded(value) == folded(other))
            case "!=":
                return bool(folded(value) != folded(other))
            case ">=":
                return value is not None and value >= other
            case _:
                raise Refusal(400, "MALFORMED_QUERY", f"unexpected token: '{operator}'")

    def shown(self, parsed: Parsed, row: Row) -> Row:
        made: Row = {"attributes": {"type": parsed.sobject, "url": f"/services/data/v63.0/sobjects/{parsed.sobject}/{row['Id']}"}}
        for path in parsed.columns:
            parent, dot, rest = path.partition(".")
            if not dot:
                kind = self.columns(parsed.sobject)[path]
                made[path] = {"city": "Ulm"} if kind == "address" else row.get(path)
                continue
            found = self._parent(parsed.sobject, row, parent)
            if found is None:
                made[parent] = None
            else:
                made.setdefault(parent, {"attributes": {"type": "Parent", "url": "/x"}})[rest] = found.get(rest)
        return made

    def _query(self, query: str, deleted: bool, token: str) -> dict[str, Any]:
        parsed, rows = self.selected(query, deleted=deleted)
        shown = [self.shown(parsed, row) for row in rows]
        locator = f"0r8{next(self._numbers):015d}"
        self._locators[locator] = (token, shown)
        return self._page(locator, shown, 0)

    def _more(self, locator: str, token: str) -> dict[str, Any]:
        name, _, start = locator.rpartition("-")
        if name not in self._locators:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        owner, shown = self._locators[name]
        if owner != token:
            raise Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return self._page(name, shown, int(start))

    def forget_locators(self) -> None:
        self._locators.clear()

    def _page(self, locator: str, shown: list[Row], start: int) -> dict[str, Any]:
        end = start + self.page
        more = {"nextRecordsUrl": f"/services/data/v63.0/query/{locator}-{end}"} if end < len(shown) else {}
        return {"totalSize": len(shown), "done": not more, **more, "records": shown[start:end]}

    # -- bulk -----------------------------------------------------------------------------------------------------

    def _job(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if self.bulk_refusal is not None:
            raise self.bulk_refusal
        parsed, rows = self.selected(body["query"], deleted=body["operation"] == "queryAll")
        kinds = self.columns(parsed.sobject)
        compound = [column for column in parsed.columns if kinds.get(column) in ("address", "location", "base64")]
        if compound:
            raise Refusal(400, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query")
        id = f"750{next(self._numbers):015d}"
        self._jobs[id] = {"parsed": parsed, "rows": rows, "polls": self.bulk_polls}
        return {"id": id, "state": "UploadComplete", "apiVersion": 63.0}

    def _polled(self, id: str) -> dict[str, Any]:
        job = self._jobs[id]
        job["polls"] -= 1
        return {"id": id, "state": job.get("end", "JobComplete") if job["polls"] < 0 else "InProgress", "errorMessage": job.get("why")}

    def _results(self, id: str, query: Mapping[str, str]) -> Answer:
        job = self._jobs[id]
        start, size = int(query.get("locator", "0")), int(query["maxRecords"])
        parsed, rows = job["parsed"], job["rows"][start : start + size]
        text = io.StringIO(newline="")
        lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        lines.writerow(parsed.columns)
        for row in rows:
            lines.writerow([bulk_text(self._value(parsed.sobject, row, column)) for column in parsed.columns])
        more = str(start + size) if start + size < len(job["rows"]) else "null"
        headers = {"Content-Type": "text/csv", "Sforce-NumberOfRecords": str(len(rows)), "Sforce-Locator": more}
        return Answer(200, text.getvalue().encode(), headers)

    # -- writes ---------------------------------------------------------------------------------------------------

    def _create(self, sobject: str, body: Row, headers: Mapping[str, str]) -> str:
        if not self.visible(sobject):
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        if f"{sobject}: create" in self.locked:
            raise Refusal(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {sobject}")
        self._validate(sobject, body)
        if sobject == "Contact":
            found = self.duplicates(body)
            allowed = "allowSave=true" in headers.get("sforce-duplicate-rule-header", "").replace(" ", "")
            if found is not None and not (allowed and found[1]):
                raise self._duplicate(*found)
        if sobject == "bpats__ATS_Applicant__c":
            body = self._applied(body)
        serial = next(self._ids)
        id = self.put(sobject, serial, **body)
        self.tables[sobject][id] |= dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), self.now)
        if sobject == "ContentVersion":
            self._published(id)
        return id

    def _validate(self, sobject: str, body: Row) -> None:
        for name, value in body.items():
            if name not in self.visible(sobject):
                raise Refusal(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject}")
            if name in READ_ONLY or f"{sobject}.{name}" in self.locked:
                text = f"Unable to create/update fields: {name}. Please check the security settings of this field"
                raise Refusal(400, "INVALID_FIELD_FOR_INSERT_UPDATE", text, fields=(name,))
            if (sobject, name) in RESTRICTED and value not in self.picklists[sobject, name]:
                text = f"{name}: bad value for restricted picklist field: {value}"
                raise Refusal(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, fields=(name,))
        if sobject == "Contact" and not body.get("LastName"):
            raise Refusal(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", fields=("LastName",))

    def _duplicate(self, ids: list[str], may_save: bool) -> Refusal:
        records = [{"record": {"attributes": {"type": "Contact"}, "Id": id}, "matchConfidence": 100.0} for id in ids]
        result = {"allowSave": may_save, "duplicateRule": "Standard", "matchResults": [{"entityType": "Contact", "matchRecords": records}]}
        return Refusal(400, "DUPLICATES_DETECTED", "Use one of these records?", duplicateResult=result)

    def _applied(self, body: Row) -> Row:
        if not body.get("bpats__Stage__c"):
            raise Refusal(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [bpats__Stage__c]", fields=("bpats__Stage__c",))
        self._check_stage(body["bpats__Stage__c"], body.get("bpats__Job__c"))
        pair = f"{body.get('bpats__ATS_Applicant__c')}-{body.get('bpats__Job__c')}"
        for other in self.tables["bpats__ATS_Applicant__c"].values():
            if other["bpats__Contact_Job_Relationship__c"] == pair and not other["IsDeleted"]:
                text = f"duplicate value found: bpats__Contact_Job_Relationship__c duplicates value on record with id: {other['Id']}"
                raise Refusal(400, "DUPLICATE_VALUE", text)
        return {"bpats__Applicant_Status__c": "Active", **body, "bpats__Contact_Job_Relationship__c": pair}

    def _check_stage(self, stage: str, job: str | None) -> None:
        found = self.tables["bpats__ATS_Stage__c"].get(stage)
        if found is None:
            raise Refusal(400, "MALFORMED_ID", f"ATS Stage: id value of incorrect type: {stage}", fields=("bpats__Stage__c",))
        if found["bpats__Job__c"] != job:
            text = "Value does not exist or does not match filter criteria."
            raise Refusal(400, "FIELD_FILTER_VALIDATION_EXCEPTION", text, fields=("bpats__Stage__c",))

    def _published(self, id: str) -> None:
        version = self.tables["ContentVersion"][id]
        content = base64.b64decode(version["VersionData"])
        extension = version["PathOnClient"].rpartition(".")[2] if "." in version["PathOnClient"] else None
        document = self.put("ContentDocument", next(self._ids), Title=version["Title"], LatestPublishedVersionId=id)
        version |= {
            "ContentDocumentId": document,
            "FileExtension": extension,
            "ContentSize": len(content),
            "Checksum": hashlib.md5(content).hexdigest(),
            "IsLatest": True,
        }
        if version["FirstPublishLocationId"]:
            self.put("ContentDocumentLink", next(self._ids), ContentDocumentId=document, LinkedEntityId=version["FirstPublishLocationId"])

    def _change(self, sobject: str, id: str, body: Row) -> None:
        row = self.tables[sobject].get(id)
        if row is None:
            raise Refusal(404, "NOT_FOUND", "The requested resource does not exist")
        if row["IsDeleted"]:
            raise Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")
        if f"{sobject}: edit" in self.locked:
            raise Refusal(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        self._validate(sobject, body)
        if "bpats__Stage__c" in body:
            self._check_stage(body["bpats__Stage__c"], row["bpats__Job__c"])
        self.touch(sobject, id, self.now, **body)

    def _composite(self, body: Mapping[str, Any], token: str) -> list[dict[str, Any]]:
        tables = {name: dict(rows) for name, rows in self.tables.items()}
        made: dict[str, Any] = {}
        answers: list[dict[str, Any]] = []
        failed = False
        for one in body["compositeRequest"]:
            assert one["url"].startswith("/services/data/v63.0/"), one["url"]
            if failed:
                answers.append(_halted(one))
                continue
            text = json.dumps(one.get("body"))
            for name, id in made.items():
                text = text.replace(f"@{{{name}.id}}", id)
            headers = {name.lower(): value for name, value in one.get("httpHeaders", {}).items()}
            try:
                path = one["url"].removeprefix("/services/data/v63.0")
                self.inside(path)
                answer = self._routed(one["method"], path, {}, text.encode(), token, headers)
            except Refusal as refusal:
                failed = True
                answers.append(
                    {"body": refusal.body, "httpStatusCode": refusal.status, "referenceId": one["referenceId"], "httpHeaders": {}}
                )
                continue
            found = json.loads(answer.body) if answer.body else None
            made[one["referenceId"]] = (found or {}).get("id", "")
            answers.append({"body": found, "httpStatusCode": answer.status, "referenceId": one["referenceId"], "httpHeaders": {}})
        if failed and body.get("allOrNone"):
            self.tables = tables
            answers = [answer if answer["httpStatusCode"] >= 400 else _halted(answer) for answer in answers]
        return answers

    def _batched(self, one: Mapping[str, Any], token: str) -> dict[str, Any]:
        parts = urlsplit(one["url"])
        path = unquote(parts.path).removeprefix("/services/data/v63.0")
        try:
            self.inside(path)
            answer = self._routed(one["method"], path, dict(parse_qsl(parts.query)), b"", token, {})
        except Refusal as refusal:
            return {"statusCode": refusal.status, "result": refusal.body}
        return {"statusCode": answer.status, "result": json.loads(answer.body)}


def _halted(one: Mapping[str, Any]) -> dict[str, Any]:
    text = "The transaction was rolled back since another operation in the same transaction failed."
    return {
        "body": [{"errorCode": "PROCESSING_HALTED", "message": text}],
        "httpStatusCode": 400,
        "referenceId": one["referenceId"],
        "httpHeaders": {},
    }


def bulk_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return re.sub(r"^(\d{4}-\d\d-\d\dT[\d:.]+)\+0000$", r"\1Z", str(value))


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json;charset=UTF-8", "Date": DATE, **headers})


def connected(
    fake: FakeServer, org: Org, *, credential: Mapping[str, str] | None = None, waits: list[float] | None = None, **settings: Any
) -> AsymblConnector:
    fake.script = org
    return connect(
        base_url=fake.base_url,
        credential=APP if credential is None else credential,
        settings={"seed": 1, **settings},
        sleep=(waits if waits is not None else []).append,
    )


def small_org() -> Org:
    """Two users, a client, two candidates, two jobs with stages, three applications."""
    org = Org()
    ada = org.put("User", 1, FirstName="Ada", LastName="Byron", Email="ada@acme.test", IsActive=True, UserType="Standard")
    bob = org.put("User", 2, FirstName="Bob", LastName="Gone", Email="bob@acme.test", UserType="Standard", SystemModstamp=T2)
    org.put("User", 3, LastName="Automated Process", UserType="AutomatedProcess", IsActive=True)
    client = org.put("Contact", 1, FirstName="Cleo", LastName="Client", Email="ADA@acme.test", OwnerId=ada)
    mira = org.put(
        "Contact",
        2,
        FirstName="Mira",
        LastName="Okafor",
        Email="mira@example.test",
        Title="Baker",
        Phone="+49 731 1",
        MobilePhone="+49 170 2",
        LeadSource="Web",
        MailingStreet="1 High St\nFlat 2",
        MailingCity="Ulm",
        MailingPostalCode="89073",
        MailingCountry="Germany",
        Shoe_Size__c=42.0,
        Newsletter__c=True,
        SystemModstamp=T2,
    )
    yan = org.put("Contact", 3, LastName="X", Email="yan@example.test", SystemModstamp=T2)
    site = org.put("bpats__Work_Site_Location__c", 1, Name="Plant", bpats__Country_Code__c="US", bpats__State_Code__c="NY")
    baker = org.put(
        "bpats__Job__c",
        1,
        Name="J-1",
        bpats__Job_Title__c="Baker",
        bpats__Job_Number__c="00017",
        bpats__Job_Description__c="<p>Bread</p>",
        bpats__Type__c="Permanent",
        bpats__Status__c="Open",
        bpats__Is_Active__c=True,
        bpats__Post_Externally__c=True,
        bpats__Salary__c=50000.0,
        bpats__Work_Site_Location__c=site,
        bpats__Posted_Date__c="2026-01-15",
        bpats__Delivery_Lead__c=bob,
        bpats__Sales_Lead__c=ada,
        bpats__Hiring_Manager__c=client,
        Bench__c=3,
    )
    miller = org.put("bpats__Job__c", 2, Name="Miller", bpats__Status__c="On Hold", bpats__Pay_Rate__c=17.5, SystemModstamp=T2)
    applied = org.put("bpats__ATS_Stage__c", 1, Name="Applied", bpats__Job__c=baker, bpats__Sequence__c=10.0)
    hired = org.put("bpats__ATS_Stage__c", 2, Name="The end", bpats__Job__c=baker, bpats__Sequence__c=20.0, bpats__Stage_Type__c="Hired")
    other = org.put("bpats__ATS_Stage__c", 3, Name="Pending", bpats__Job__c=miller, bpats__Sequence__c=1.0, SystemModstamp=T2)
    for serial, person, job, stage, more in (
        (1, mira, baker, hired, {}),
        (2, mira, miller, other, {"bpats__Source__c": "Indeed"}),
        (3, yan, baker, applied, {"bpats__Applicant_Status__c": "Rejected", "bpats__Asymbl_Rejection_Reason__c": "Client Rejected"}),
    ):
        org.put(
            "bpats__ATS_Applicant__c",
            serial,
            Name=f"APP-0000{serial}",
            bpats__ATS_Applicant__c=person,
            bpats__Job__c=job,
            bpats__Stage__c=stage,
            bpats__Contact_Job_Relationship__c=f"{person}-{job}",
            **{"bpats__Applicant_Status__c": "Active", **more},
        )
    return org
