"""The company itself: its users, its structure, its positions and what it requires to hire."""

from __future__ import annotations

from sqlalchemy import Table

from mock_servers.pinpoint import cells, clauses, tables, tables_around
from mock_servers.pinpoint.resource import Attribute, Filter, Kind, Listed, Many, One, Relation, Resource
from mock_servers.pinpoint.resources.vocabulary import (
    ADDED,
    BOTH,
    BY_REFERENCE,
    CUSTOM_VALUES,
    DOCS,
    OLD_DOCS,
    REFERENCE,
    SINCE,
    custom_attributes,
    extra,
    nowhere,
    of,
    ranges,
    texts,
    times,
    write_only,
)

USERS = Resource(
    "users",
    tables.users,
    (
        *texts("email", "first_name", "last_name", "time_zone", **BOTH),
        # Typed and shown as a number, unlike all other foreign keys.
        *of(Kind.INTEGER, "access_group_id", newer=True, **BOTH),
        *times("last_sign_in_at", newer=True),
        *write_only(Kind.TEXT, "user_type"),
        *write_only(Kind.FLAG, "send_invitation", update=False),
        *ADDED,
    ),
    OLD_DOCS,
    filters=(
        Filter("email", newer=True, clause=clauses.any_case("email")),
        Filter("employee", Kind.FLAG, clauses.is_employee),
        Filter("hiring_manager_job_id", Kind.ID, clauses.manages_job("hiring_manager_user_id"), newer=True),
        Filter("recruitment_manager_job_id", Kind.ID, clauses.manages_job("recruitment_manager_user_id"), newer=True),
        Filter("interviewing_user_id", Kind.ID, clauses.interviews, newer=True),
    ),
    sort_keys=("id",),
    permission="User",
    operations="LGCUX",
    required=("first_name", "last_name", "email", "user_type"),
    held_by=(("jobs", "hiring_manager_user_id"), ("jobs", "recruitment_manager_user_id")),
)


ACCESS_GROUPS = Resource(
    "access_groups",
    tables_around.access_groups,
    (
        *texts("name", "description"),
        *of(Kind.FLAG, "create_as_referral"),
        *of(Kind.INTEGER, "number_of_roles", cell=cells.number_of("role_ids")),
        *of(Kind.FLAG, "wizard_enabled"),
        *of(Kind.OBJECT, "wizard_requirements"),
        *ADDED,
    ),
    DOCS,
    relations=(Relation("roles", ("roles",), Listed("role_ids"), many=True),),
    filters=SINCE,
    permission="Access Group",
    operations="LG",
    newer_operations="LG",
)
ROLES = Resource("roles", tables_around.roles, texts("slug", "description"), DOCS)


def named_group(type: str, table: Table, permission: str, column: str) -> Resource:
    """Departments and divisions are alike."""
    return Resource(
        type,
        table,
        (*texts("name", **BOTH), *REFERENCE, *ADDED),
        OLD_DOCS,
        filters=(BY_REFERENCE, *ranges("created_at", "updated_at", newer=True)),
        permission=permission,
        operations="LGCUX",
        required=("name",),
        held_by=(("jobs", column), ("structure_links", column)),
    )


DEPARTMENTS = named_group("departments", tables.departments, "Department", "department_id")
DIVISIONS = named_group("divisions", tables.divisions, "Division", "division_id")
LOCATIONS = Resource(
    "locations",
    tables.locations,
    (*texts("name", "city", "country_code", "postal_code", "province", "street_address", **BOTH), *REFERENCE, *ADDED),
    OLD_DOCS,
    relations=(
        Relation(
            "equality_monitoring_template", ("equality_monitoring_templates",), One("equality_monitoring_template_id"), newer=True, **BOTH
        ),
    ),
    filters=(BY_REFERENCE, *ranges("created_at", "updated_at", newer=True)),
    permission="Location",
    operations="LGCUX",
    required=("name",),
    held_by=(("jobs", "location_id"), ("structure_links", "location_id")),
)

STRUCTURE_CUSTOM_GROUP_ONES = Resource(
    "structure_custom_group_ones",
    tables_around.structure_custom_group_ones,
    (*texts("name", **BOTH), *texts("title"), *REFERENCE, *ADDED),
    OLD_DOCS,
    relations=(Relation("jobs", ("jobs",), Many("structure_custom_group_one_id"), many=True),),
    filters=(BY_REFERENCE, *ranges("created_at", "updated_at", newer=True)),
    permission="Structure Custom Group One",
    operations="LGCUX",
    required=("name",),
    held_by=(("jobs", "structure_custom_group_one_id"), ("structure_links", "structure_custom_group_one_id")),
)
STRUCTURE_LINKS = Resource(
    "structure_links",
    tables.structure_links,
    (
        *of(Kind.FLAG, "accepts_speculative_applications", **BOTH),
        *of(Kind.ID, "department_id", "division_id", "location_id", "structure_custom_group_one_id"),
        *ADDED,
        extra("names", Kind.LIST, cells.structure_names),
        extra("in_use", Kind.FLAG, cells.structure_in_use),
    ),
    OLD_DOCS,
    relations=(
        Relation("department", ("departments",), One("department_id"), create=True),
        Relation("division", ("divisions",), One("division_id"), create=True),
        Relation("location", ("locations",), One("location_id"), create=True),
        Relation("structure_custom_group_one", ("structure_custom_group_ones",), One("structure_custom_group_one_id"), create=True),
    ),
    filters=SINCE,
    permission="Structure Link",
    operations="LGCUX",
    held_by=(("jobs", "structure_link_id"),),
    conflict_when_held=True,
)

COMPANIES = Resource("companies", tables_around.companies, (*texts("name", "industry", "location", "website"), *ADDED), OLD_DOCS)

EQUALITY_MONITORING_TEMPLATES = Resource(
    "equality_monitoring_templates", tables_around.equality_monitoring_templates, (*texts("name"), *ADDED), OLD_DOCS
)
EQUALITY_MONITORING_CATEGORIES = Resource(
    "equality_monitoring_categories",
    tables_around.equality_monitoring_categories,
    (*texts("name"), *of(Kind.FLAG, "enabled"), *of(Kind.ID, "equality_monitoring_template_id"), *ADDED),
    OLD_DOCS,
    relations=(
        Relation("equality_monitoring_template", ("equality_monitoring_templates",), One("equality_monitoring_template_id")),
        Relation(
            "equality_monitoring_options",
            ("equality_monitoring_options",),
            Many("equality_monitoring_category_id", order=("position", "id")),
            many=True,
        ),
    ),
    filters=SINCE,
    permission="Equality Monitoring Category",
    operations="LG",
)
EQUALITY_MONITORING_OPTIONS = Resource(
    "equality_monitoring_options",
    tables_around.equality_monitoring_options,
    (*texts("name"), *of(Kind.INTEGER, "position"), *ADDED),
    OLD_DOCS,
)

POSITIONS = Resource(
    "positions",
    tables_around.positions,
    (*texts("identifier", "name"), *of(Kind.ID, "parent_position_id"), *times("archived_at", "discarded_at"), *ADDED),
    DOCS,
    relations=(
        Relation("parent_position", ("positions",), One("parent_position_id")),
        Relation("child_positions", ("positions",), Many("parent_position_id"), many=True),
        Relation("position_openings", ("position_openings",), Many("position_id"), many=True),
        Relation("current_position_opening", ("position_openings",), Many("position_id", "current", True)),
        custom_attributes("Position", writable=False),
    ),
    filters=SINCE,
    permission="Position",
    operations="LG",
    newer_operations="LG",
)
POSITION_OPENINGS = Resource(
    "position_openings",
    tables_around.position_openings,
    (
        *of(Kind.ID, "position_id", "job_id", "requisition_id"),
        *texts("status"),
        *of(Kind.FLAG, "current"),
        *of(Kind.DATE, "open_on", "close_on", "target_open_date", "target_fill_date", "target_start_date"),
        *times("filled_at"),
        *ADDED,
    ),
    DOCS,
    relations=(
        Relation("position", ("positions",), One("position_id")),
        Relation("job", ("jobs",), One("job_id")),
        Relation("requisition", ("requisitions",), One("requisition_id")),
        *nowhere("position_holder", many=False),
    ),
)

REQUISITION_TEMPLATES = Resource(
    "requisition_templates",
    tables_around.requisition_templates,
    (
        *texts("name"),
        *of(Kind.FLAG, "has_enforced_maximum_headcount"),
        *of(Kind.INTEGER, "enforced_maximum_headcount"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation(
            "requisition_template_fields",
            ("requisition_template_fields",),
            Many("requisition_template_id", order=("position", "id")),
            many=True,
        ),
    ),
    filters=SINCE,
    permission="Requisition Template",
    operations="LG",
)
REQUISITION_TEMPLATE_FIELDS = Resource(
    "requisition_template_fields",
    tables_around.requisition_template_fields,
    (
        *of(Kind.ID, "requisition_template_id"),
        *texts("label", "description", "field_type"),
        *of(Kind.LIST, "options"),
        *of(Kind.INTEGER, "position"),
        *of(Kind.FLAG, "required"),
        *texts("requirement_level", "mapped_job_form_field"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("requisition_template", ("requisition_templates",), One("requisition_template_id")),
        *nowhere("template_custom_field", many=False),
    ),
)
REQUISITIONS = Resource(
    "requisitions",
    tables_around.requisitions,
    (
        *texts("identifier", "name", create=True),
        *texts("status"),
        *of(Kind.ID, "creator_id", **BOTH),
        *of(Kind.ID, "job_id", "requisition_template_id"),
        *write_only(Kind.TEXT, "creator_email"),
        *write_only(Kind.FLAG, "archive"),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("creator", ("users",), One("creator_id")),
        Relation("requisition_template", ("requisition_templates",), One("requisition_template_id"), create=True),
        Relation("requisition_details", ("requisition_details",), Many("requisition_id"), many=True, create=True),
    ),
    filters=SINCE,
    permission="Requisition",
    operations="LGCUX",
    required=("name", "requisition_template"),
)
DETAIL_VALUES = {name: kind for name, kind in CUSTOM_VALUES.items() if name != "users_value"}
REQUISITION_DETAILS = Resource(
    "requisition_details",
    tables_around.requisition_details,
    (
        *texts("label", cell=cells.of_template_field("label")),
        *texts("field_type", cell=cells.of_template_field("field_type")),
        *of(Kind.ID, "requisition_id", "requisition_template_field_id"),
        *(Attribute(name, kind, create=True) for name, kind in DETAIL_VALUES.items()),
        *ADDED,
    ),
    OLD_DOCS,
    relations=(
        Relation("requisition", ("requisitions",), One("requisition_id")),
        Relation("requisition_template_field", ("requisition_template_fields",), One("requisition_template_field_id"), create=True),
    ),
    required=("requisition_template_field",),
)
