"""Custom fields, their options and their values."""

from __future__ import annotations

from mock_servers.pinpoint import cells, clauses, tables
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Made, One, OneOfSeveral, Relation, Resource
from mock_servers.pinpoint.resources.vocabulary import (
    ADDED,
    BOTH,
    CUSTOM_VALUES,
    DOCS,
    FIELD_RESOURCES,
    FIELD_TYPES,
    OLD_DOCS,
    SINCE,
    of,
    texts,
    write_only,
)

CUSTOM_FIELDS = Resource(
    "custom_fields",
    tables.custom_fields,
    (
        *texts("name", "description", **BOTH),
        *texts("field_type", choices=FIELD_TYPES, create=True),
        *texts("resource_type", choices=FIELD_RESOURCES, create=True),
        *of(Kind.LIST, "options", **BOTH),
        *of(Kind.INTEGER, "position", **BOTH),
        *of(Kind.FLAG, "required", **BOTH),
        *texts("sample_value", **BOTH),
        *texts("unique_reference"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(Relation("custom_field_options", ("custom_field_options",), Made(cells.field_options), many=True, newer=True),),
    filters=(Filter("resource_type", choices=FIELD_RESOURCES), Filter("template_custom_field_id", Kind.ID, clauses.never), *SINCE),
    permission="Custom Field",
    operations="LGCUX",
    required=("name", "field_type", "resource_type"),
)

CUSTOM_FIELD_OPTIONS = Resource(
    "custom_field_options",
    None,
    (*texts("label", "value"), *ADDED),
    DOCS,
    relations=(Relation("custom_field", ("custom_fields",), One("custom_field_id")),),
)
CUSTOM_ATTRIBUTES = Resource(
    "custom_attributes",
    tables.custom_attributes,
    (
        *texts("value", cell=cells.custom_value),
        *texts("field_name", cell=cells.field_name),
        *texts("option_label", "option_value", cell=cells.chosen_option, newer=True),
        *ADDED,
        *(Attribute(name, kind, readable=False, **BOTH) for name, kind in CUSTOM_VALUES.items()),
        *write_only(Kind.ID, "custom_field_id", "custom_attributable_id", update=False, newer=True),
        *write_only(Kind.TEXT, "custom_attributable_type", update=False, newer=True),
    ),
    OLD_DOCS,
    relations=(
        Relation("custom_field", ("custom_fields",), One("custom_field_id"), create=True),
        Relation(
            "custom_attributable",
            ("applications", "candidates", "jobs", "job_seekers", "offers", "positions"),
            OneOfSeveral("custom_attributable_type", "custom_attributable_id"),
            create=True,
        ),
    ),
    filters=(
        Filter("custom_attributable_id", Kind.ID),
        Filter("custom_attributable_type", choices=("Application", "Candidate", "Job", "JobSeeker", "JobTemplate", "Offer", "Position")),
        *SINCE,
    ),
    permission="Custom Attribute",
    operations="LGCUX",
    required=("custom_field", "custom_attributable"),
)
