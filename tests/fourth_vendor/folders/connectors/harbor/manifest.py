"""What the Harbor connector promises. Data only."""

from __future__ import annotations

from connectors.unified.manifest import Action, CredentialField, Feature, Field, Manifest, Model

ROW = ("id", "remote_id", "changed_at", "remote_deleted_at")
OWN = {
    "Users": ("crew", ("first_name", "email")),
    "Jobs": ("berths", ("name", "status", "remote_updated_at")),
    "Candidates": ("sailors", ("first_name", "last_name", "email_addresses")),
    "Applications": ("bids", ("outcome", "job_id", "candidate_id")),
}

MANIFEST = Manifest(
    vendor="harbor",
    title="Harbor",
    models=tuple(
        Model(name, tuple(Field(field) for field in (*ROW, *fields)), needs=(f"see {stream}",), streams=(stream,))
        for name, (stream, fields) in OWN.items()
    ),
    actions=(Action("Add note to application", (Field("application_id"), Field("content")), needs=("write notes",)),),
    features=(Feature("API Passthrough", "Any call below /api."), Feature("Delta Syncs", "By the time of change.")),
    credential=(CredentialField("key", "Key", secret=True),),
    permissions=("see crew", "see berths", "see sailors", "see bids", "write notes"),
    settings={"page_size": 50},
)
