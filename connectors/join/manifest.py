"""What the JOIN connector promises: the card of JOIN, cell by cell, and the permission that each cell needs."""

from __future__ import annotations

from connectors.unified.manifest import Action, CredentialField, Feature, Field, Manifest, Model

API = "Access JOIN API"
"""JOIN's API knows one permission, a right of the company role; tokens have no scopes (help pages on member management)."""

ROW = ("id", "remote_id", "changed_at", "remote_deleted_at")
JOIN_ROW = ("id", "changed_at", "remote_deleted_at")
ASSUMED_PRECONDITION = (
    "JOIN documents no branching of screening questions; read in an assumed form; where its keys are absent, that is reported."
)


def _model(
    name: str,
    own: tuple[str | Field, ...],
    *,
    streams: tuple[str, ...],
    joins: bool = False,
    depends_on: tuple[str, ...] = (),
    note: str | None = None,
    keeps_rows: bool = False,
) -> Model:
    names = (*own, *JOIN_ROW) if joins else (*ROW, *own)
    fields = tuple(item if isinstance(item, Field) else Field(item) for item in names)
    return Model(name, fields, needs=(API,), streams=streams, depends_on=depends_on, delta=False, note=note, keeps_rows=keeps_rows)


MODELS = (
    _model(
        "Users",
        ("first_name", "last_name", "email"),
        streams=("jobs",),
        note="JOIN has no users endpoint: people are seen only as contacts and hiring teams of jobs. A contact without an e-mail "
        "cannot be connected; each one is reported as a warning that names the job.",
    ),
    _model(
        "Jobs",
        (
            "name",
            "description",
            "employment_type",
            "status",
            "visibility",
            "category",
            "post_url",
            "experience_level",
            "salary_amount",
            "salary_amount_from",
            "salary_amount_to",
            "salary_currency",
            "salary_period",
            "location",
            "custom_fields",
            "integration_fields",
            "opened_at",
            "remote_created_at",
            "remote_updated_at",
            "contact_id",
            "remote_data",
        ),
        streams=("jobs",),
    ),
    _model(
        "Candidates",
        ("first_name", "last_name", "source", "phone_numbers", "email_addresses", "location", "remote_created_at", "remote_data"),
        streams=("applications",),
    ),
    _model("Application Stages", ("name", "global_index", "remote_data"), streams=("applications",), keeps_rows=True),
    _model("Applications", ("outcome", "current_stage_id", "job_id", "candidate_id", "remote_data"), streams=("applications",)),
    _model("Screening questions", ("title", "description", "format"), streams=("jobs",)),
    _model("Tags", ("name",), streams=("applications",)),
    _model("Candidate tags", ("candidate_id", "tag_id"), streams=("applications",), joins=True),
    _model(
        "Job-specific application stages",
        ("index", "job_id", "stage_id"),
        streams=("applications",),
        joins=True,
        keeps_rows=True,
        note="Derived from applications, since JOIN serves no pipelines: a stage belongs to a job once a synced application on that "
        "job has been in it, and stays when the application moves on. A job without applications has no stages.",
    ),
    _model(
        "Job-specific screening questions",
        (
            "index",
            "required",
            Field("precondition_question_id", evidence="assumed", note=ASSUMED_PRECONDITION),
            Field("precondition_options", evidence="assumed", note=ASSUMED_PRECONDITION),
            "job_id",
            "question_id",
        ),
        streams=("jobs",),
        joins=True,
    ),
    _model("Job hiring team members", ("roles", "job_id", "user_id"), streams=("jobs",), joins=True),
)

CREATE_INPUTS = tuple(
    Field(name)
    for name in (
        "candidate.first_name",
        "candidate.last_name",
        "candidate.email_address",
        "application.job_id",
        "attachments.name",
        "attachments.data_url",
        "attachments.data",
        "attachments.type",
        "source.name",
        "source.unified_key",
        "source.id",
    )
)

ACTIONS = (
    Action("Create candidate", CREATE_INPUTS, needs=(API,)),
    Action("Create application", CREATE_INPUTS, needs=(API,)),
    Action("Get application attachments", (Field("application_id"),), needs=(API,), writes=False),
    Action("Get candidate attachments", (Field("candidate_id"),), needs=(API,), writes=False),
)

FEATURES = (
    Feature("Source Writing", "A create writes the source into JOIN's closed list; a name that does not fit is kept as a candidate note."),
    Feature("Sync Only Created Applications", "Optionally, only applications and candidates made through the create actions are synced."),
    Feature("Connection Guide", "The connector's README leads through connecting an account, step by step."),
    Feature("Prerequisites", "The connector's README names the plan and the role that an account needs."),
    Feature("Create credentials", "The connector's README says where in JOIN a token is made."),
    Feature(
        "Create Candidate Full Attachment Retry",
        "Files travel inside the create. If they are what JOIN refuses, the whole create is sent again without the refused ones, "
        "with a warning for each; after a passing failure it is sent again as it was; a create whose answer was lost is looked up, "
        "never repeated blindly.",
    ),
    Feature("API Passthrough", "Any call below JOIN's API root, authenticated, with JOIN's own answer whatever its status."),
)

MANIFEST = Manifest(
    vendor="join",
    title="JOIN",
    models=MODELS,
    actions=ACTIONS,
    features=FEATURES,
    credential=(CredentialField("token", "API token", secret=True),),
    permissions=(API,),
    settings={"page_size": 50},
)
