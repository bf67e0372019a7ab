"""What the Pinpoint connector promises: Pinpoint's card, cell by cell, and the permission that each cell needs. Data only."""

from __future__ import annotations

from connectors.unified.manifest import Action, CredentialField, Feature, Field, Manifest, Model

# Permissions, in the names of Pinpoint's settings page. "Read" and "Write and Delete" there; write does not imply read.
READ_APPLICATIONS = "Application: read"
READ_CANDIDATES = "Candidate: read"
READ_COMMENTS = "Comment: read"
READ_CUSTOM_ATTRIBUTES = "Custom Attribute: read"
READ_CUSTOM_FIELDS = "Custom Field: read"
READ_INTERVIEWS = "Interview: read"
READ_JOBS = "Job: read"
READ_USERS = "User: read"
WRITE_APPLICATIONS = "Application: write"
WRITE_COMMENTS = "Comment: write"
WRITE_CUSTOM_ATTRIBUTES = "Custom Attribute: write"
WRITE_CUSTOM_FIELDS = "Custom Field: write"

ROW = (Field("id"), Field("remote_id"), Field("changed_at"), Field("remote_deleted_at"))
JOIN_ROW = (Field("id"), Field("changed_at"), Field("remote_deleted_at"))

IN_APPLICATIONS = (
    "People carry no source and no links in Pinpoint; both are read from the person's applications. Whether the vendor then also "
    "asks for Application: read is not known; if it does, the field is left out and reported."
)
CONDITIONS = "Pinpoint's public schema shows no conditions between questions; read in an assumed form, reported as unsupported without it."
ADMIN_PAGE = "The address of the page in Pinpoint is derived from how its own pages are addressed."

JOBS = Model(
    "Jobs",
    (
        *ROW,
        Field("name"),
        Field("description", note="The job's parts with their headers, joined as HTML."),
        Field("confidential", note="True for the visibilities confidential and private_job."),
        Field("employment_type", note="Types that no unified value fits are passed on as they are."),
        Field("status"),
        Field("visibility"),
        Field("department"),
        Field("post_url", note="Only while the job is open and external."),
        Field("salary_amount_from"),
        Field("salary_amount_to"),
        Field("salary_currency"),
        Field("salary_period"),
        Field("location"),
        Field("custom_fields"),
        Field("integration_fields"),
        Field("remote_url", evidence="assumed", note=ADMIN_PAGE),
        Field("opened_at"),
        Field("closed_at", note="The time of filling where the vendor gives no time of closing."),
        Field("remote_created_at"),
        Field("remote_updated_at"),
        Field("contact_id", note="The recruitment manager, else the hiring manager."),
        Field("remote_data"),
    ),
    needs=(READ_JOBS,),
    streams=("jobs",),
)

CANDIDATES = Model(
    "Candidates",
    (
        *ROW,
        Field("first_name"),
        Field("last_name"),
        Field("source", note=f"Of the person's first application. {IN_APPLICATIONS}"),
        Field("phone_numbers"),
        Field("email_addresses"),
        Field("social_media", note=f"LinkedIn, from the latest application that names it. {IN_APPLICATIONS}"),
        Field("location"),
        Field("remote_created_at"),
        Field("remote_updated_at"),
        Field("remote_data"),
    ),
    needs=(READ_CANDIDATES,),
    streams=("candidates",),
)

APPLICATIONS = Model(
    "Applications",
    (
        *ROW,
        Field("outcome"),
        Field("current_stage_id"),
        Field("job_id"),
        Field("candidate_id"),
        Field("screening_question_answers", note="Answers that are files are left out."),
        Field("remote_url", evidence="assumed", note=ADMIN_PAGE),
        Field("remote_created_at"),
        Field("remote_updated_at"),
        Field("remote_data"),
    ),
    needs=(READ_APPLICATIONS,),
    streams=("applications",),
)

JOB_QUESTIONS = Model(
    "Job-specific screening questions",
    (
        Field("index"),
        Field("required"),
        Field("precondition_question_id", evidence="assumed", note=CONDITIONS),
        Field("precondition_options", evidence="assumed", note=CONDITIONS),
        Field("job_id"),
        Field("question_id"),
        *JOIN_ROW,
    ),
    needs=(READ_JOBS,),
    streams=("jobs",),
    depends_on=("Jobs", "Screening questions"),
)

MODELS = (
    Model(
        "Users",
        (*ROW, Field("first_name"), Field("last_name"), Field("email")),
        needs=(READ_USERS,),
        streams=("users",),
        delta=False,
        note="Pinpoint cannot be asked for changed users only, so every sync reads all of them.",
    ),
    JOBS,
    CANDIDATES,
    Model(
        "Application Stages",
        (*ROW, Field("name")),
        needs=(READ_JOBS,),
        streams=("jobs",),
        depends_on=("Jobs",),
        note="Pinpoint shows stages only inside jobs, so they need reading jobs to be enabled in the scope config.",
    ),
    APPLICATIONS,
    Model(
        "Screening questions",
        (*ROW, Field("title"), Field("description"), Field("format")),
        needs=(READ_JOBS,),
        streams=("jobs",),
    ),
    Model(
        "Tags",
        (*ROW, Field("name"), Field("remote_data")),
        needs=(READ_CANDIDATES, READ_APPLICATIONS),
        streams=("candidates", "applications"),
        note="Pinpoint lists no tags: they are collected from the people and applications that carry them. With one of the two "
        "permissions the tags of the other kind are missing, which is reported.",
    ),
    Model(
        "Interviews",
        (
            *ROW,
            Field("title", evidence="assumed", note="The name of the interview's stage: Pinpoint's interviews have no title."),
            Field("starting_at"),
            Field("ending_at"),
            Field("application_id"),
            Field("remote_data"),
        ),
        needs=(READ_INTERVIEWS,),
        streams=("interviews",),
        note="Interviews of people in the talent pipeline belong to no application and are not read.",
    ),
    Model(
        "Roles",
        (*ROW, Field("remote_label"), Field("scope"), Field("unified_type")),
        needs=(READ_JOBS,),
        streams=("jobs",),
        note="Two constants: the relations between a job and a user that Pinpoint knows.",
    ),
    Model(
        "Candidate tags",
        (Field("candidate_id"), Field("tag_id"), *JOIN_ROW),
        needs=(READ_CANDIDATES, READ_APPLICATIONS),
        streams=("candidates", "applications"),
        depends_on=("Candidates", "Tags"),
    ),
    Model(
        "Job-specific application stages",
        (Field("index"), Field("job_id"), Field("stage_id"), *JOIN_ROW),
        needs=(READ_JOBS,),
        streams=("jobs",),
        depends_on=("Jobs", "Application Stages"),
    ),
    JOB_QUESTIONS,
    Model(
        "Job user role assignments",
        (Field("job_user_id"), Field("role_id"), *JOIN_ROW),
        needs=(READ_JOBS,),
        streams=("jobs",),
        depends_on=("Jobs", "Roles", "Job hiring team members"),
        note='Pinpoint shows two relations of a job: hiring_manager_user ("Public Hiring Manager Profile" on its pages) is '
        'HIRING_MANAGER, recruitment_manager_user ("Recruitment Manager") is RECRUITER.',
    ),
    Model(
        "Job hiring team members",
        (Field("roles"), Field("job_id"), Field("user_id"), *JOIN_ROW),
        needs=(READ_JOBS,),
        streams=("jobs",),
        depends_on=("Jobs", "Users"),
    ),
)

CREATE_INPUTS = (
    Field("candidate.first_name"),
    Field("candidate.last_name"),
    Field("candidate.email_address"),
    Field("candidate.phone_number", note="Its country is taken from the number, else from the location."),
    Field("candidate.location.city"),
    Field("candidate.location.country"),
    Field("candidate.social_links.url", note="The first LinkedIn address; Pinpoint keeps no other, and each other one gives a warning."),
    Field("application.job_id"),
    Field("application.stage_id", note="A stage of the same job; without it Pinpoint takes the job's first stage."),
    Field("screening_question_answers.question_id", needs=(READ_JOBS,), note="The job's questions are read to know their types."),
    Field("screening_question_answers.answer", needs=(READ_JOBS,), note="The job's questions are read to know their types."),
    Field("attachments.name"),
    Field("attachments.content_type"),
    Field("attachments.data_url", note="Downloaded without any credential."),
    Field("attachments.data"),
    Field("attachments.type", note="The first CV is sent; everything else is discarded with a warning."),
    Field("source.name", note="Shown as the source's text."),
    Field("source.unified_key", evidence="assumed", note="Sets Pinpoint's channel; a key without one gives a warning and is used as text."),
    Field("source.id", evidence="assumed", note="Pinpoint has no list of sources: used as the source's text when there is no name."),
)

ONE_CV = "Pinpoint takes a single CV and no other attachments: of several, all but one CV are discarded, with a warning for each."

DETAIL_NEEDS = (READ_CUSTOM_FIELDS, WRITE_CUSTOM_FIELDS, READ_CUSTOM_ATTRIBUTES, WRITE_CUSTOM_ATTRIBUTES)
DETAIL_NOTE = "Without these permissions the value stands in the comment only, with a warning."

ACTIONS = (
    Action(
        "Create candidate",
        CREATE_INPUTS,
        needs=(WRITE_APPLICATIONS,),
        note=f"{ONE_CV} Pinpoint makes people only through their applications, so a job is needed.",
        own_words=("candidate",),
    ),
    Action("Create application", CREATE_INPUTS, needs=(WRITE_APPLICATIONS,), note=ONE_CV, own_words=("candidate",)),
    Action(
        "Move application to stage",
        (Field("application_id"), Field("stage_id", note="A stage of the application's own job.")),
        needs=(WRITE_APPLICATIONS,),
    ),
    Action(
        "Add result link to application",
        (
            Field("application_id"),
            Field("label"),
            Field("url"),
            Field("details.custom_field_name_prefix", needs=DETAIL_NEEDS, note=DETAIL_NOTE),
            Field("details.attributes.key", needs=DETAIL_NEEDS, note=DETAIL_NOTE),
            Field("details.attributes.value", needs=DETAIL_NEEDS, note=DETAIL_NOTE),
        ),
        needs=(WRITE_COMMENTS,),
        note="Written as a comment; the details also as custom fields of the application, which are created when missing.",
    ),
    Action("Add note to application", (Field("application_id"), Field("content")), needs=(WRITE_COMMENTS,)),
    Action("Get application attachments", (Field("application_id"),), needs=(READ_APPLICATIONS,), writes=False),
    Action("Get candidate attachments", (Field("candidate_id"),), needs=(READ_CANDIDATES, READ_APPLICATIONS), writes=False),
)

FEATURES = (
    Feature("Source Writing", "Every application that is created carries the source of the action, else your name (setting source_name)."),
    Feature("Sync Only Created Applications", "A connection can be limited to the people and applications that it has created itself."),
    Feature("Connection Guide", "The connector's README leads from an account to a working connection."),
    Feature("Prerequisites", "The README says which rights the person who connects needs, and what must be switched on."),
    Feature("Create credentials", "The README shows step by step how to make the API key, with a table of permissions."),
    Feature("Roles", "The two relations between a job and a user are delivered as roles."),
    Feature("Job roles (e.g. Hiring Manager)", "Each job's hiring manager and recruiter are delivered with their roles."),
    Feature("API Passthrough", "Any call below /api/v1 can be made with the connection's key."),
    Feature("Scope Testing", "A probe tells, without writing, what a key can read and which permission is missing."),
    Feature("Scope Testing: Per Model Tests", "The probe gives a verdict for each model."),
    Feature("Scope Testing: Per Field Tests", "The probe gives a verdict for each field."),
    Feature("Delta Syncs", "Jobs, candidates, applications and interviews can be read by what has changed since the last sync."),
)

MANIFEST = Manifest(
    vendor="pinpoint",
    title="Pinpoint",
    models=MODELS,
    actions=ACTIONS,
    features=FEATURES,
    credential=(
        CredentialField("api_key", "API key", secret=True),
        CredentialField("subdomain", "Subdomain (the first part of your Pinpoint address)", secret=False),
    ),
    permissions=(
        READ_JOBS,
        READ_APPLICATIONS,
        READ_CANDIDATES,
        READ_USERS,
        READ_INTERVIEWS,
        WRITE_APPLICATIONS,
        WRITE_COMMENTS,
        *DETAIL_NEEDS,
    ),
    notes=("Deleted records leave no trace in Pinpoint: they are noticed by their absence in a full sync.",),
    settings={
        "page_size": 100,
        "delta_overlap_seconds": 60,
        "timeout_seconds": 60,
        "max_file_bytes": 30_000_000,
        "skip_notifications": False,
        "seed": None,
    },
)
