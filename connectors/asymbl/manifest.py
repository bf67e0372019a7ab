"""What the Asymbl connector promises: Asymbl's card, cell by cell, and the permission that each cell needs. Data only."""

from __future__ import annotations

from connectors.asymbl.columns import (
    API_ENABLED,
    APPLICANT,
    CONTACT,
    DOCUMENT,
    JOB,
    LINK,
    STAGE,
    USER,
    VERSION,
    may_create,
    may_edit,
    may_read,
    may_see,
    may_write,
    permissions_for,
)
from connectors.unified.manifest import Action, CredentialField, Evidence, Feature, Field, Manifest, Model

ROW = ("id", "remote_id", "changed_at", "remote_deleted_at")
JOIN_ROW = ("id", "changed_at", "remote_deleted_at")

HIRED_NOTE = (
    "HIRED depends on the stage of the application; the card says that \"it should be either 'Hired' or 'Pending'\". Assumed: the "
    "outcome is one of the two (or DECLINED, by status), and HIRED if the stage's type or name is one of the setting hired_stages, by "
    "default Hired, Placed or Placement. Whoever reads the sentence as the names of such stages sets hired_stages to Hired and Pending."
)
CURRENCY_NOTE = "The record's own currency in accounts with several; else the setting currency, since such accounts write none on records."
CUSTOM_NOTE = "Every custom field that no other unified field is made of, under its API name, as the query gives it."
PICKED_NOTE = "The fields that the setting integration_fields names for this model; without it the custom fields, with their labels."
URL_NOTE = "The address of the record's page is derived from how Salesforce addresses its own pages."


def _fields(model: str, *own: str | Field, joins: bool = False) -> tuple[Field, ...]:
    """The card's fields in the card's order, each with the field permissions that its columns hang on."""
    given = [item if isinstance(item, Field) else Field(item) for item in own]
    made = [Field(name) for name in (JOIN_ROW if joins else ROW)]
    filled = [Field(item.name, (*item.needs, *permissions_for(model, item.name)), item.evidence, item.note) for item in given]
    return (*filled, *made) if joins else (*made, *filled)


def _assumed(name: str, note: str) -> Field:
    evidence: Evidence = "assumed"
    return Field(name, evidence=evidence, note=note)


MODELS = (
    Model(
        "Users",
        _fields("Users", "first_name", "last_name", "email", "status", "remote_data"),
        needs=(API_ENABLED, may_read(USER), may_see(USER, "UserType")),
        streams=("users",),
        note="Standard users only: integration, guest and portal users are nobody whom a recruiter works with. Salesforce deletes no "
        "users; who left is INACTIVE.",
    ),
    Model(
        "Jobs",
        _fields(
            "Jobs",
            Field("name", note="The job title, else the record's name."),
            "job_code",
            "description",
            _assumed("employment_type", "Asymbl's list of types is not public; read by words in it, and passed on as it is without one."),
            _assumed("status", "By the two checkboxes closed and active, else by the status; one that is not known is passed on as it is."),
            "visibility",
            Field("salary_amount", note="The salary, else the pay rate."),
            Field("salary_currency", note=CURRENCY_NOTE),
            Field("location", note="The work site, else the free text."),
            Field("custom_fields", note=CUSTOM_NOTE),
            Field("integration_fields", note=PICKED_NOTE),
            _assumed("remote_url", URL_NOTE),
            Field("opened_at", note="The posting date, else the start date, else the time when the record was made."),
            "remote_created_at",
            "remote_updated_at",
            "remote_data",
        ),
        needs=(API_ENABLED, may_read(JOB)),
        streams=("jobs",),
    ),
    Model(
        "Candidates",
        _fields(
            "Candidates",
            "first_name",
            "last_name",
            "title",
            Field("source", note="The contact's lead source, else the source of the newest application."),
            "phone_numbers",
            "email_addresses",
            "location",
            Field("custom_fields", note=CUSTOM_NOTE),
            Field("integration_fields", note=PICKED_NOTE),
            _assumed("remote_url", URL_NOTE),
            "remote_created_at",
            "remote_updated_at",
            "remote_data",
        ),
        needs=(API_ENABLED, may_read(CONTACT), may_read(APPLICANT), may_see(APPLICANT, "bpats__ATS_Applicant__c")),
        streams=("candidates", "applications"),
        note="Clients and partners are contacts as well, so only contacts with an application are candidates (setting candidates).",
    ),
    Model(
        "Application Stages",
        _fields("Application Stages", "name", "remote_data"),
        needs=(API_ENABLED, may_read(STAGE)),
        streams=("stages",),
        note="Each job has stage records of its own.",
    ),
    Model(
        "Applications",
        _fields(
            "Applications",
            _assumed("outcome", HIRED_NOTE),
            "rejection_reason_name",
            "current_stage_id",
            "job_id",
            "candidate_id",
            Field("custom_fields", note=CUSTOM_NOTE),
            Field("integration_fields", note=PICKED_NOTE),
            _assumed("remote_url", URL_NOTE),
            "remote_created_at",
            "remote_updated_at",
            "remote_data",
        ),
        needs=(API_ENABLED, may_read(APPLICANT)),
        streams=("applications",),
        note="ATS Applicants only; Job Board Applications are another object and are not read.",
    ),
    Model(
        "Job-specific application stages",
        _fields(
            "Job-specific application stages",
            Field("index", note="The rank of the stage's sequence within its job, from 0."),
            "job_id",
            "stage_id",
            joins=True,
        ),
        needs=(API_ENABLED, may_read(STAGE), may_see(STAGE, "bpats__Job__c")),
        streams=("stages", "jobs"),
        depends_on=("Jobs", "Application Stages"),
    ),
    Model(
        "Job hiring team members",
        _fields(
            "Job hiring team members",
            _assumed("roles", "Asymbl has no team: the setting team_roles says which of the job's four people has which role."),
            "job_id",
            "user_id",
            joins=True,
        ),
        needs=(
            API_ENABLED,
            may_read(JOB),
            may_see(JOB, "bpats__Delivery_Lead__c"),
            may_see(JOB, "bpats__Sales_Lead__c"),
            may_see(JOB, "bpats__Hiring_Manager__c"),
            may_read(CONTACT),
            may_see(CONTACT, "Email"),
            may_read(USER),
            may_see(USER, "UserType"),
        ),
        streams=("jobs",),
        depends_on=("Jobs", "Users"),
        note="Owner, delivery lead, sales lead and hiring manager of the job. The hiring manager is a contact and counts if exactly one "
        "user has the contact's e-mail. Whom the user may not see is missing, which is reported.",
    ),
)

UPLOAD_NEEDS = (
    may_read(VERSION),
    may_create(VERSION),
    *(need(VERSION, column) for column in ("PathOnClient", "VersionData", "FirstPublishLocationId") for need in (may_see, may_write)),
)
"""What hanging a file on a contact needs."""

SOURCE_NEEDS = tuple(
    need(APPLICANT, column) for column in ("bpats__Source__c", "bpats__Internal_Source__c") for need in (may_see, may_write)
)
SOURCE_NOTE = (
    "Written as the application's source if it is one of the values that the account's list has (the id before the key before the name), "
    "else kept as its internal source (the name before the key before the id); the lead source of a new contact only if its list has it."
)


def _written(name: str, sobject: str, column: str, note: str | None = None) -> Field:
    """Salesforce shows a column to nobody who may not see it, so that writing needs seeing."""
    return Field(name, (may_see(sobject, column), may_write(sobject, column)), note=note)


CREATE_INPUTS = (
    _written("candidate.first_name", CONTACT, "FirstName"),
    Field("candidate.last_name"),
    _written("candidate.email_address", CONTACT, "Email", "A contact with this e-mail is reused as it is."),
    _written("candidate.title", CONTACT, "Title"),
    _written("candidate.phone_number", CONTACT, "Phone"),
    _written("candidate.location.city", CONTACT, "MailingCity"),
    _written("candidate.location.country", CONTACT, "MailingCountry", "By its code in accounts with country lists, else by English name."),
    _written("candidate.location.zip_code", CONTACT, "MailingPostalCode"),
    _written("candidate.availability_date", CONTACT, "bpats__Earliest_Available_Date__c"),
    _written(
        "candidate.salary_expectations.amount", CONTACT, "bpats__Desired_Salary__c", "For a year: a month's amount is sent twelvefold."
    ),
    _written("application.job_id", APPLICANT, "bpats__Job__c"),
    Field(
        "application.stage_id", (may_see(STAGE, "bpats__Job__c"),), note="A stage of the same job; without it the job's first by sequence."
    ),
    Field("attachments.name", UPLOAD_NEEDS),
    Field("attachments.content_type", UPLOAD_NEEDS, note="Gives the file its extension when its name has none."),
    Field("attachments.data_url", UPLOAD_NEEDS, note="Downloaded without any credential, before anything is written."),
    Field("attachments.data", UPLOAD_NEEDS),
    Field("source.name", SOURCE_NEEDS, note=SOURCE_NOTE),
    Field("source.unified_key", SOURCE_NEEDS, "assumed", SOURCE_NOTE),
    Field("source.id", SOURCE_NEEDS, "assumed", SOURCE_NOTE),
)

REUSED = (
    "If a candidate with the same e-mail exists, the application is created with that contact and the candidate's data is not updated. "
    "Attachments are linked to the contact."
)
CREATE_NEEDS = (
    API_ENABLED,
    may_read(CONTACT),
    may_create(CONTACT),
    may_see(CONTACT, "Email"),
    may_read(JOB),
    may_read(STAGE),
    may_read(APPLICANT),
    may_create(APPLICANT),
    may_see(APPLICANT, "bpats__ATS_Applicant__c"),
    may_see(APPLICANT, "bpats__Job__c"),
    may_write(APPLICANT, "bpats__ATS_Applicant__c"),
)
ATTACHED = "Attachments are linked to the candidate (Contact) in Salesforce, not directly to the application."

ACTIONS = (
    Action("Create candidate", CREATE_INPUTS, needs=CREATE_NEEDS, note=REUSED),
    Action("Create application", CREATE_INPUTS, needs=CREATE_NEEDS, note=REUSED),
    Action(
        "Add attachment to application",
        (
            Field("application_id"),
            Field("attachment.name"),
            Field("attachment.content_type", note="Gives the file its extension when its name has none."),
            Field("attachment.data_url", note="Downloaded without any credential."),
            Field("attachment.data"),
        ),
        needs=(API_ENABLED, may_read(APPLICANT), may_see(APPLICANT, "bpats__ATS_Applicant__c"), may_read(CONTACT), *UPLOAD_NEEDS),
        note=ATTACHED,
    ),
    Action(
        "Move application to stage",
        (Field("application_id"), Field("stage_id", note="A stage of the application's own job.")),
        needs=(API_ENABLED, may_read(APPLICANT), may_edit(APPLICANT), may_read(STAGE)),
    ),
    Action(
        "Get candidate attachments",
        (Field("candidate_id"),),
        needs=(
            API_ENABLED,
            may_read(CONTACT),
            may_read(LINK),
            may_read(DOCUMENT),
            may_read(VERSION),
            may_see(VERSION, "FileExtension"),
            may_see(VERSION, "IsLatest"),
            may_see(VERSION, "VersionData"),
        ),
        writes=False,
        note="Files and the older Attachment records, both of the contact. Without the permission to see the latter, or Asymbl's mark on the "
        "resume, the rest is delivered with a warning that names it.",
    ),
)

FEATURES = (
    Feature("Sync Only Created Applications", "A connection can be limited to the people and applications that it has created itself."),
    Feature("Connection Guide", "The connector's README leads from an org to a working connection."),
    Feature("API Passthrough", "Any call below the org's address can be made with the connection's session, renewed when it has ended."),
    Feature("Scope Testing", "A probe tells, without writing, what a user can read and which permission is missing."),
    Feature("Scope Testing: Per Model Tests", "The probe gives a verdict for each model, and beyond that for each field."),
    Feature("Delta Syncs", "Every model can be read by what has changed since the last sync, deletions of the last 15 days among it."),
    Feature(
        "Custom Field Explorer: Jobs", "The fields of jobs as the org has them now, with their labels and some values, without a sync."
    ),
    Feature("Custom Field Explorer: Candidates", "The fields of contacts as the org has them now, with their labels and some values."),
)

CREDENTIAL = (
    CredentialField("client_id", "Consumer key of the connected app", secret=False),
    CredentialField("client_secret", "Consumer secret of the connected app", secret=True),
    CredentialField("refresh_token", "Refresh token", secret=True),
    CredentialField("username", "Username", secret=False),
    CredentialField("password", "Password", secret=True),
    CredentialField("security_token", "Security token, appended to the password", secret=True),
    CredentialField("private_key", "Private key (PEM) of the certificate in the connected app", secret=True),
    CredentialField("access_token", "Access token or session id", secret=True),
    CredentialField("instance_url", "Address of the org that the access token is for, if not the base URL", secret=False),
)

NOT_SYNCED = (
    "Job Board Applications (bpats__Job_Board_Application__c) are submissions to outside job boards, an object of their own, and are not "
    "synced. Only ATS Applicants (bpats__ATS_Applicant__c) are."
)

MANIFEST = Manifest(
    vendor="asymbl",
    title="Asymbl",
    models=MODELS,
    actions=ACTIONS,
    features=FEATURES,
    credential=CREDENTIAL,
    permissions=tuple(
        dict.fromkeys(
            need
            for owner in (*MODELS, *ACTIONS)
            for need in (
                *owner.needs,
                *(need for item in (owner.fields if isinstance(owner, Model) else owner.inputs) for need in item.needs),
            )
        )
    ),
    notes=(NOT_SYNCED, "Salesforce reports deletions for 15 days; after a longer pause only a full sync finds them."),
    settings={
        "sign_in": None,
        "audience": None,
        "api_version": "63.0",
        "page_size": 2000,
        "bulk_above": 50_000,
        "bulk_page_rows": 20_000,
        "delta_overlap_seconds": 300,
        "timeout_seconds": 120,
        "max_file_bytes": 25_000_000,
        "candidates": "with_application",
        "candidate_record_type": "Candidate",
        "hired_stages": ["Hired", "Placed", "Placement"],
        "team_roles": {
            "OwnerId": "RECRUITER",
            "bpats__Delivery_Lead__c": "RECRUITER",
            "bpats__Sales_Lead__c": None,
            "bpats__Hiring_Manager__c": "HIRING_MANAGER",
        },
        "currency": None,
        "integration_fields": {},
        "seed": None,
    },
)
