"""What describe tells of the objects and fields that the caller sees, with all of its keys."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from mock_servers.asymbl.schema import NUMBER_TYPES, TEXT_TYPES, Child, Field
from mock_servers.asymbl.security import NEVER_DELETED, SETUP, Access, Visible, access_of
from mock_servers.asymbl.wire import version_of

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

MASTER_RECORD_TYPE = "012000000000000AAA"
_SOAP_TYPES = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "long": "xsd:long", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime", "time": "xsd:time",
    "base64": "xsd:base64Binary", "address": "urn:address", "location": "urn:location",
}  # fmt: skip
_INT_DIGITS = {"int": 9, "long": 18}


# -- objects -----------------------------------------------------------------------------------------------------------


def global_describe(exchange: Exchange) -> dict[str, Any]:
    """Every object that the caller sees, without fields."""
    access, version = access_of(exchange), version_of(exchange)
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [item(access, one, version) for one in access.all()]}


def item(access: Access, visible: Visible, version: str) -> dict[str, Any]:
    """One object as the list of all objects tells it."""
    told = _of_object(access, visible)
    base = f"/services/data/v{version}/sobjects/{visible.name}"
    return {**told, "urls": {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}}


def _of_object(access: Access, visible: Visible) -> dict[str, Any]:
    sobject = visible.sobject
    business = sobject.name not in SETUP
    plain = business and not sobject.custom_setting
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": visible.createable,
        "custom": sobject.custom,
        "customSetting": sobject.custom_setting,
        "deepCloneable": False,
        "deletable": visible.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": plain and sobject.name in {"Account", "Contact", "User", "ContentDocument"},
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": access.org.prefix_of(sobject),
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": plain,
        "mergeable": sobject.name in {"Account", "Contact"} and visible.updateable,
        "mruEnabled": plain,
        "name": sobject.name,
        "queryable": True,
        "replicateable": "systemmodstamp" in sobject.fields,
        "retrieveable": True,
        "searchable": plain,
        "triggerable": business,
        "undeletable": visible.deletable and sobject.soft_deletes and sobject.name not in NEVER_DELETED,
        "updateable": visible.updateable,
    }


def describe(exchange: Exchange, visible: Visible) -> dict[str, Any]:
    """One object with its fields, children and record types, to be written as JSON."""
    access, version = access_of(exchange), version_of(exchange)
    key = (visible.name, version)
    if key not in access.describes:
        told = _described(access, visible, version)
        # Nearly all of it; written once, it need not be written for each answer.
        ready = {part: orjson.Fragment(orjson.dumps(told[part])) for part in ("fields", "childRelationships")}
        access.describes[key] = {**told, **ready}
    return {**access.describes[key], "recordTypeInfos": _record_types(exchange, visible, version)}


def _described(access: Access, visible: Visible, version: str) -> dict[str, Any]:
    sobject = visible.sobject
    base = f"/services/data/v{version}/sobjects/{sobject.name}"
    ui = f"/{access.org.prefix_of(sobject)}"
    told = {
        **_of_object(access, visible),
        "actionOverrides": [],
        "childRelationships": [
            _child_relationship(child) for child in access.schema.children(sobject.name) if _child_is_visible(access, child)
        ],
        "compactLayoutable": sobject.name not in SETUP,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_of_field(visible, field) for field in visible.fields.values()],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "searchLayoutable": sobject.name not in SETUP,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [
            {"label": f"All {sobject.plural.lower()}", "name": "everything"},
            *([{"label": f"My {sobject.plural.lower()}", "name": "mine"}] if "ownerid" in sobject.fields else []),
        ],
        "urls": {
            "compactLayouts": f"{base}/describe/compactLayouts",
            "rowTemplate": f"{base}/{{ID}}",
            "approvalLayouts": f"{base}/describe/approvalLayouts",
            "uiDetailTemplate": f"{ui}/{{ID}}",
            "uiEditTemplate": f"{ui}/{{ID}}/e",
            "defaultValues": f"{base}/defaultValues?recordTypeId&fields",
            "describe": f"{base}/describe",
            "uiNewRecord": f"{ui}/e",
            "quickActions": f"{base}/quickActions",
            "layouts": f"{base}/describe/layouts",
            "sobject": base,
        },
    }
    return dict(sorted(told.items()))


def _child_is_visible(access: Access, child: Child) -> bool:
    visible = access.get(child.sobject)
    return visible is not None and child.field.name.lower() in visible.fields


def _child_relationship(child: Child) -> dict[str, Any]:
    return {
        "cascadeDelete": child.field.on_delete == "Cascade",
        "childSObject": child.sobject,
        "deprecatedAndHidden": False,
        "field": child.field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": child.name,
        "restrictedDelete": child.field.on_delete == "Restrict",
    }


def _record_types(exchange: Exchange, visible: Visible, version: str) -> list[dict[str, Any]]:
    rows = exchange.store.where("RecordType", SobjectType=visible.name) if "recordtypeid" in visible.sobject.fields else ()
    found = [(row["Name"], row["DeveloperName"], row["id"], bool(row["IsActive"])) for row in rows]
    url = f"/services/data/v{version}/sobjects/{visible.name}/describe/layouts"
    return [
        {
            "active": active,
            "available": active,
            "defaultRecordTypeMapping": number == 0,
            "developerName": developer_name,
            "master": id == MASTER_RECORD_TYPE,
            "name": name,
            "recordTypeId": id,
            "urls": {"layout": f"{url}/{id}"},
        }
        for number, (name, developer_name, id, active) in enumerate([*found, ("Master", "Master", MASTER_RECORD_TYPE, True)])
    ]


# -- fields ------------------------------------------------------------------------------------------------------------


_THE_SAME_FOR_ALL: dict[str, Any] = {
    "aiPredictionField": False,
    "calculatedFormula": None,
    "controllerName": None,
    "defaultValueFormula": None,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "formulaTreatNullNumberAsZero": False,
    "highScaleNumber": False,
    "inlineHelpText": None,
    "mask": None,
    "maskType": None,
    "referenceTargetField": None,
}


def _of_field(visible: Visible, field: Field) -> dict[str, Any]:
    told = {**_to_whom_sees_all(field), "nameField": field is visible.sobject.name_field}
    if field.name in visible.read_only:
        told |= {"createable": False, "updateable": False}
    return told


@lru_cache(maxsize=8192)
def _to_whom_sees_all(field: Field) -> dict[str, Any]:
    """What of a field does not hang on the caller, in the order of the keys. Kept, for every new caller is told it again."""
    told = {
        **_THE_SAME_FOR_ALL,
        **_kind(field),
        **_size(field),
        **_queries(field),
        **_reference(field),
        **_choices(field),
        **_rights(field),
    }
    return dict(sorted(told.items()))


def _kind(field: Field) -> dict[str, Any]:
    return {
        "autoNumber": field.auto_number is not None,
        "calculated": field.formula,
        "compoundFieldName": field.compound,
        "custom": field.custom,
        "externalId": field.external_id,
        "extraTypeInfo": _extra_type(field),
        "htmlFormatted": field.html,
        "label": field.label,
        "name": field.name,
        "nameField": False,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "type": field.type,
    }


def _size(field: Field) -> dict[str, Any]:
    length = _length(field)
    number = field.type in NUMBER_TYPES and field.type not in _INT_DIGITS
    return {
        "byteLength": length if field.type in {"id", "reference"} else length * 3 if field.type in TEXT_TYPES else 0,
        "digits": _INT_DIGITS.get(field.type, 0),
        "length": length,
        "precision": (field.precision or 18) if number else 0,
        "scale": field.scale if number else 0,
    }


def _queries(field: Field) -> dict[str, Any]:
    """What a query may do with the field."""
    return {
        "aggregatable": field.filterable and field.type not in {"address", "base64", "boolean"},
        "caseSensitive": field.case_sensitive,
        "filterable": field.filterable,
        "groupable": field.groupable,
        "idLookup": is_id_lookup(field),
        "queryByDistance": field.type == "location",
        "searchPrefilterable": field.type == "reference" and field.custom,
        "sortable": field.sortable,
    }


def _reference(field: Field) -> dict[str, Any]:
    """What the field points at, and what becomes of it with that."""
    return {
        "cascadeDelete": field.on_delete == "Cascade",
        "filteredLookupInfo": _lookup_filter(field),
        "namePointing": field.polymorphic,
        "polymorphicForeignKey": field.polymorphic,
        "referenceTo": list(field.to),
        "relationshipName": field.relationship,
        "relationshipOrder": 0 if field.master else None,
        "restrictedDelete": field.on_delete == "Restrict",
        "writeRequiresMasterRead": field.master,
    }


def _choices(field: Field) -> dict[str, Any]:
    """Values to choose from, and the one that is there from the start."""
    return {
        "defaultValue": bool(field.default) if field.type == "boolean" else None,
        "defaultedOnCreate": field.defaulted,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.values
        ],
        "restrictedPicklist": field.restricted,
        "unique": field.unique,
    }


def _rights(field: Field) -> dict[str, Any]:
    return {
        "createable": field.createable,
        "nillable": field.nillable,
        "permissionable": field.permissionable,
        "updateable": field.updateable,
    }


def _length(field: Field) -> int:
    if field.type in {"id", "reference"}:
        return 18
    return field.length or 255 if field.type in TEXT_TYPES else 0


def _extra_type(field: Field) -> str | None:
    if field.type != "textarea":
        return "personname" if field.compound == "Name" else None
    return "richtextarea" if field.html else "plaintextarea"


def _lookup_filter(field: Field) -> dict[str, Any] | None:
    return {"controllingFields": [], "dependent": False, "optionalFilter": False} if field.lookup_filter else None


def is_id_lookup(field: Field) -> bool:
    """Whether a record can be named by this field where a parent is asked for."""
    return field.type == "id" or field.external_id or field.name in {"Email", "Username", "Name"}


def basic(exchange: Exchange, visible: Visible) -> dict[str, Any]:
    """GET /sobjects/X: the object without its fields; what was last seen of it is not kept."""
    return {"objectDescribe": item(access_of(exchange), visible, version_of(exchange)), "recentItems": []}
