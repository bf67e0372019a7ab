"""What a caller may see and change: object permissions, field-level security, sharing, and the package's permission sets.

Permissions are named "Contact: read", "Contact: create", "Contact: edit", "Contact: delete", "Contact: view all" and
"Contact: modify all" for objects, "bpats__Job__c.bpats__Salary__c: read" and "… : edit" for fields, and system permissions by
their names ("API Enabled"). None implies another when it is minted; each needs what Salesforce demands when it is used (to
create one must read, to edit a field one must read it), so that any single one can be taken away with its true effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, select

from mock_servers.asymbl import tables
from mock_servers.asymbl.org import Org, org_of
from mock_servers.asymbl.schema import Field, Schema, SObject, whole_schema
from mock_servers.engine.evidence import Assumed, Documented
from mock_servers.engine.store import NotFound
from mock_servers.engine.vendors import Permission, Preset

if TYPE_CHECKING:
    from mock_servers.asymbl.soql.plans import Plan
    from mock_servers.engine.exchange import Exchange

CHECKED = "2026-11"
RIGHTS = ("read", "create", "edit", "delete", "view all", "modify all")
API_ENABLED, VIEW_ALL_DATA, MODIFY_ALL_DATA, QUERY_ALL_FILES = "API Enabled", "View All Data", "Modify All Data", "Query All Files"
MOST_ACCESSES = 128
"""Of an org, kept with all that was worked out for them."""
SYSTEM = (API_ENABLED, VIEW_ALL_DATA, MODIFY_ALL_DATA, QUERY_ALL_FILES)
OWN_OBJECTS, OWN_FIELDS = "Own objects", "Own fields"
"""What the org itself added is known only when it runs, so one grain stands for all of it."""
SETUP = frozenset({"Organization", "RecordType", "Profile", "PermissionSet", "PermissionSetAssignment", "Group"})
"""Everybody reads these; nobody writes them through the simulated API."""
NEVER_CREATED, NEVER_DELETED = frozenset({"ContentDocument"}), frozenset({"ContentVersion", "User"})
"""A document comes with its first version and takes all of them along; users are never deleted."""

_OBJECTS = Documented("Salesforce help, object permissions; object reference, ObjectPermissions", CHECKED)
_FIELDS = Documented("Salesforce help, field-level security; object reference, FieldPermissions", CHECKED)
_SYSTEM = Documented("Salesforce help, user permissions", CHECKED)
_OWN = Assumed("what an org adds is not known when permissions are listed, so its objects and fields share one switch each")
_GRAIN = Assumed("in Salesforce every user reads users and has files; a permission each makes their absence testable")
_COARSE = frozenset({"User", "ContentVersion", "ContentDocument", "ContentDocumentLink"})


def field_permission(sobject: str, field: str, right: str) -> str:
    return f"{sobject}.{field}: {right}"


def _of_object(sobject: SObject) -> Iterator[Permission]:
    for right in RIGHTS:
        yield Permission(f"{sobject.name}: {right}", _GRAIN if sobject.name in _COARSE else _OBJECTS)
    for field in sobject.fields.values():
        if field.permissionable:
            yield Permission(field_permission(sobject.name, field.name, "read"), _FIELDS)
            if field.createable or field.updateable:
                yield Permission(field_permission(sobject.name, field.name, "edit"), _FIELDS)


def all_permissions() -> tuple[Permission, ...]:
    """Every permission that a credential may hold."""
    found = [Permission(name, _SYSTEM) for name in SYSTEM]
    for sobject in whole_schema().sobjects.values():
        if sobject.name not in SETUP:
            found.extend(_of_object(sobject))
    found.extend(Permission(f"{OWN_OBJECTS}: {right}", _OWN) for right in RIGHTS)
    found.extend(Permission(f"{OWN_FIELDS}: {right}", _OWN) for right in ("read", "edit"))
    return tuple(found)


# -- permission sets ---------------------------------------------------------------------------------------------------

_USER_OBJECTS = (
    "bpats__ATS_Applicant__c", "bpats__ATS_Stage__c", "bpats__ATS_Log__c", "bpats__ATS_List_Filter__c", "bpats__ATS_Template_Filter__c",
    "bpats__ATS_Timeline_Configuration__c", "bpats__ATS_Timeline_Child__c", "Account", "bpats__Branch__c", "Contact",
    "bpats__Contact_List__c", "bpats__Interview__c", "bpats__Interview_Topic__c", "bpats__Interview_Topic_Feedback__c",
    "bpats__Job_Board_Application__c", "bpats__Job__c", "bpats__Offer__c", "bpats__Placement__c", "bpats__Placement_Credit__c",
    "bpats__Placement_Credit_Template__c", "bpats__Placement_Credit_Template_Entry__c", "bpats__Purchase_Order__c",
    "bpats__Work_Site_Location__c",
)  # fmt: skip
_USER_READS = (
    "bpats__ATS_Action__c", "bpats__ATS_Action_Link__c", "bpats__ATS_Template__c", "bpats__ATS_Template_Stage__c",
    "bpats__Interview_Template__c", "bpats__Interview_Template_Detail__c",
)  # fmt: skip
_FILES = dict.fromkeys(("ContentVersion", "ContentDocument", "ContentDocumentLink", "Attachment"), ("read", "create", "edit"))
_EVERYBODY: Mapping[str, tuple[str, ...]] = {"User": ("read",), **_FILES}


def _granted(rights: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """These object rights with the field permissions that go with them."""
    found = [API_ENABLED]
    for name, held in rights.items():
        held = tuple(held)
        found.extend(f"{name}: {right}" for right in held)
        writes = "create" in held or "edit" in held
        for permission in _of_object(whole_schema()[name]):
            if "." in permission.name and (permission.name.endswith(": read") or writes):
                found.append(permission.name)
    return tuple(found)


_PACKAGE = tuple(name for name in (one.name for one in whole_schema().sobjects.values()) if name.startswith("bpats__"))
_SETS = Documented("Asymbl's user guide, permission sets; every user also has files and reads users", CHECKED)

PRESETS = (
    Preset(
        "Asymbl ATS User",
        _granted({
            **_EVERYBODY, **dict.fromkeys(_USER_OBJECTS, ("read", "create", "edit")), **dict.fromkeys(_USER_READS, ("read",)),
            "bpats__Interview_Feedback__c": ("read", "create", "edit", "delete"),
        }),
        "A recruiter: reads, creates and edits, deletes nothing", _SETS,
    ),
    Preset(
        "Asymbl ATS Admin",
        _granted({**_EVERYBODY, **dict.fromkeys((*_PACKAGE, "Account", "Contact", "EmailMessage"), RIGHTS)}),
        "Everything in the package, all records", _SETS,
    ),
    Preset(
        "Asymbl ATS Job Portal",
        _granted({"User": ("read",), "bpats__Job_Board_Application__c": ("read", "create"), "bpats__Job__c": ("read",)}),
        "A careers page: reads jobs, makes Job Board Applications", _SETS,
    ),
    Preset(
        "External Interview Feedback",
        _granted({
            **dict.fromkeys(("bpats__Interview_Feedback__c", "bpats__Interview_Topic_Feedback__c", "bpats__Interview_Topic__c"), ("read", "create")),
            **dict.fromkeys(("bpats__Interview_Template__c", "bpats__Interview_Template_Detail__c", "Contact"), ("read",)),
        }),
        "An interviewer from outside", _SETS,
    ),
)  # fmt: skip


# -- what one caller sees ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visible:
    """One object as one caller sees it."""

    sobject: SObject
    fields: Mapping[str, Field]
    """By lower-case name; the invisible ones are not there."""
    read_only: frozenset[str]
    """Names of visible fields that field-level security does not let this caller write."""
    createable: bool
    updateable: bool
    deletable: bool
    view_all: bool
    modify_all: bool

    @property
    def name(self) -> str:
        return self.sobject.name

    def field(self, name: str) -> Field | None:
        """By name in any case."""
        return self.fields.get(name.lower())

    def parent_field(self, relationship: str) -> Field | None:
        """The visible reference that a relationship name in any case stands for."""
        found = self.sobject.parent_field(relationship)
        return found if found is not None and found.name.lower() in self.fields else None

    def may_create(self, field: Field) -> bool:
        return self.createable and field.createable and field.name not in self.read_only

    def may_update(self, field: Field) -> bool:
        return self.updateable and field.updateable and field.name not in self.read_only


class Access:
    """The part of an org's schema that one set of permissions opens; `private` names objects whose rows only owners see."""

    def __init__(self, org: Org, held: frozenset[str], private: frozenset[str] = frozenset()) -> None:
        self.org, self.held, self.private = org, held, private
        self.plans: dict[Any, Plan] = {}
        """Statements that were compiled for these permissions; kept by soql."""
        self.describes: dict[tuple[str, str], dict[str, Any]] = {}
        """By object and API version; kept by describe.py."""
        self._known: dict[str, Visible | None] = {}

    @property
    def schema(self) -> Schema:
        return self.org.schema

    def get(self, name: str) -> Visible | None:
        """An object by name in any case; None when there is none or it may not be read."""
        key = name.lower()
        if key not in self._known:
            sobject = self.schema.get(key)
            self._known[key] = None if sobject is None else self._seen(sobject)
        return self._known[key]

    def all(self) -> list[Visible]:
        """Every visible object, by name."""
        seen = (self.get(name) for name in sorted(self.schema.sobjects))
        return [one for one in seen if one is not None]

    def _seen(self, sobject: SObject) -> Visible | None:
        if sobject.name in SETUP:
            return Visible(sobject, sobject.fields, frozenset(), False, False, False, view_all=True, modify_all=False)
        owner = OWN_OBJECTS if sobject.own else sobject.name
        held = {right for right in RIGHTS if f"{owner}: {right}" in self.held}
        everything = MODIFY_ALL_DATA in self.held
        if "read" not in held:
            return None
        fields, read_only = self._fields(sobject)
        return Visible(
            sobject,
            fields,
            frozenset(read_only),
            createable="create" in held and sobject.name not in NEVER_CREATED,
            updateable="edit" in held,
            deletable={"edit", "delete"} <= held and sobject.name not in NEVER_DELETED,
            view_all="view all" in held or "modify all" in held or everything or VIEW_ALL_DATA in self.held,
            modify_all="modify all" in held or everything,
        )

    def _fields(self, sobject: SObject) -> tuple[dict[str, Field], list[str]]:
        seen: dict[str, Field] = {}
        read_only: list[str] = []
        for key, field in sobject.fields.items():
            if field.permissionable:
                owner = OWN_FIELDS if field.own else f"{sobject.name}.{field.name}"
                if f"{owner}: read" not in self.held:
                    continue
                if f"{owner}: edit" not in self.held:
                    read_only.append(field.name)
            seen[key] = field
        parts = {field.compound for field in seen.values() if field.compound is not None}
        # A compound address is what is left of its parts; without any of them there is none.
        return {key: field for key, field in seen.items() if field.type != "address" or field.name in parts}, read_only


def access_of(exchange: Exchange) -> Access:
    """What this request's credential opens in its org."""
    org = org_of(exchange)
    held = exchange.credential.permissions if exchange.credential is not None else frozenset()
    private = frozenset(map(str, exchange.tenant.options.get("private_objects") or ()))
    found = org.accesses.get((held, private))
    if found is None:
        while len(org.accesses) >= MOST_ACCESSES:
            del org.accesses[next(iter(org.accesses))]
        found = Access(org, held, private)
    else:
        del org.accesses[held, private]
    org.accesses[held, private] = found  # the one that was used last stands last
    return found


# -- the running user --------------------------------------------------------------------------------------


def running_user(exchange: Exchange) -> str:
    """The id of the user as whom this request runs: the one with the credential's user name, else the org's first active one."""
    secrets = exchange.credential.secrets if exchange.credential is not None else {}
    wanted = secrets.get("username", "").lower()
    named = exchange.store.query("active user by name", _active_user_by_name, name=wanted)
    found = named or exchange.store.query("first active user", _first_active_user)
    if not found:
        raise NotFound("the org has no active user")
    return str(found[0][0])


def _first_active_user() -> Select[Any]:
    users = tables.METADATA.tables["User"].c
    return select(users.id).where(users.IsActive.is_(True)).order_by(users.id).limit(1)


def _active_user_by_name() -> Select[Any]:
    return _first_active_user().where(func.fold(tables.METADATA.tables["User"].c.Username) == bindparam("name"))
