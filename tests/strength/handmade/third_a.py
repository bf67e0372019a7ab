"""Defects of a third set, as public bug trackers know them, written blind: access, completeness, mapping, identity, state."""

from tests.strength.handmade.rows import Chapter, HandMade

ACCESS_HONESTY = Chapter(
    "access honesty",
    (
        HandMade(
            "what a key may not include is only told when the list brings anything",
            "pinpoint.reading",
            "talk.lost.items() if cell not in reported)",
            "talk.lost.items() if step.rows and cell not in reported)",
        ),
        HandMade(
            "a column of a parent counts as visible as soon as the parent is",
            "asymbl.schema",
            '        elif "." in name or name in described.fields:\n',
            "        elif owner != sobject or name in described.fields:\n",
        ),
        HandMade(
            "a file that may not be attached is told without the permission that lacks",
            "asymbl.actions",
            """                missing = f" (missing: {', '.join(error.missing_permissions)})" if error.missing_permissions else ""\n""",
            '                missing = ""\n',
        ),
        HandMade(
            "of two permissions that lack for one thing only the first is told",
            "hub.progress",
            '    .where(_of(diagnostics, "sync_id", "model", "field", "reason", "missing_permissions"))\n',
            '    .where(_of(diagnostics, "sync_id", "model", "field", "reason"))\n',
            also=("for name, value in identity.items()}", 'for name, value in identity.items() if name != "missing_permissions"}'),
        ),
    ),
)

COMPLETENESS = Chapter(
    "completeness",
    (
        HandMade(
            "where ids are asked for in portions, the last of a full portion is left out",
            "asymbl.sources",
            "yield ids[start : start + MOST_IDS]",
            "yield ids[start : start + MOST_IDS - 1]",
        ),
        HandMade(
            "jobs are asked for by the statuses of the public documentation, which knows no drafts",
            "join.connector",
            'status=",".join(STATUSES)))',
            'status=",".join(word for word in STATUSES if word != "DRAFT")))',
        ),
        HandMade(
            "the filter for hidden jobs is set for whole reads only",
            "pinpoint.streams",
            "        if self.listing.visibility is not None:\n            filters",
            "        if self.listing.visibility is not None and self.since is None:\n            filters",
        ),
        HandMade(
            "a person's files are looked for in the newest page of applications",
            "join.files",
            'for step in api.pages("/applications").read() for row in step.rows}',
            'for row in next(iter(api.pages("/applications").read())).rows}',
        ),
        HandMade(
            "a list that does not tell its length is taken for a row shorter than it may be",
            "transport.pages",
            "    while beyond - there > 1:\n",
            "    while beyond - there > 2:\n",
        ),
    ),
)

MAPPING = Chapter(
    "mapping",
    (
        HandMade(
            "a candidate's e-mail is put into small letters",
            "join.people",
            '[{"email_address": email, "type": None}]',
            '[{"email_address": email.lower(), "type": None}]',
        ),
        HandMade(
            "a number that is zero counts as none",
            "pinpoint.values",
            "    if value is None or isinstance(value, int | float):\n        return value\n",
            "    if not value or isinstance(value, int | float):\n        return value or None\n",
        ),
        HandMade(
            "a job's status is what its label says, also when a checkbox says otherwise",
            "asymbl.mapping",
            '    if seen.row.get("bpats__Is_Closed__c"):\n        return "CLOSED"\n',
            '    told = tidy(seen.row.get("bpats__Status__c"))\n    if told is not None and told.lower() in STATUSES:\n'
            '        return STATUSES[told.lower()]\n    if seen.row.get("bpats__Is_Closed__c"):\n        return "CLOSED"\n',
        ),
        HandMade(
            "of the two kinds of jobs that are hidden only one counts as confidential",
            "pinpoint.jobs",
            'SECRET_VISIBILITIES = ("confidential", "private_job")',
            'SECRET_VISIBILITIES = ("confidential",)',
        ),
        HandMade(
            "a street's number stands before its name",
            "join.jobs",
            '(office.get("streetName"), office.get("streetNumber"))',
            '(office.get("streetNumber"), office.get("streetName"))',
        ),
    ),
)

IDENTITY = Chapter(
    "identity",
    (
        HandMade(
            "a lookup is kept in Salesforce's short form of 15 characters, while records have the long one",
            "asymbl.mapping",
            "return None if key is None else Ref(model, key)",
            "return None if key is None else Ref(model, key[:15])",
        ),
        HandMade(
            "two jobs' questions with the same text are one question",
            "join.questions",
            'f"{self.job}:{text}".encode()',
            'f"{text}".encode()',
        ),
        HandMade(
            "a person's file and an application's of the same number share an id",
            "pinpoint.files",
            'return f"{self.owner.type}/{self.owner.id}/{self.context}/{self.name}"',
            'return f"{self.owner.id}/{self.context}/{self.name}"',
        ),
        HandMade(
            "a tag with a blank at its end is another tag",
            "join.people",
            'texts = dict.fromkeys(text.strip() for text in candidate.get("tags") or [])',
            'texts = dict.fromkeys(text for text in candidate.get("tags") or [] if text.strip())',
        ),
        HandMade(
            "whom the duplicate rule finds is taken for the same person, whatever the e-mail",
            "asymbl.actions",
            'conditions = (f"Id IN {soql.texts(matches)}", f"Email = {soql.text(email)}")',
            'conditions = (f"Id IN {soql.texts(matches)}",)',
        ),
    ),
)

STATE = Chapter(
    "state",
    (
        HandMade(
            "a hiring manager's new e-mail changes no team until the job changes",
            "asymbl.streams",
            'follows=("bpats__Work_Site_Location__r", "bpats__Hiring_Manager__r"),',
            'follows=("bpats__Work_Site_Location__r",),',
        ),
        HandMade(
            "the watermark moves on to the newest change met, also past what an earlier page no longer shows",
            "pinpoint.reading",
            "        return self.high if moment(self.high) <= moment(self.ceiling) else self.ceiling\n",
            "        return self.high\n",
        ),
        HandMade(
            "deleted contacts are looked for where deleted records are not shown",
            "asymbl.candidates",
            "return self.wire.rows(select, deleted=True)",
            "return self.wire.rows(select)",
        ),
        HandMade(
            "in a delta a role that a team member lost stays assigned",
            "pinpoint.streams",
            'team = ("Job hiring team members", "Job user role assignments") if shows_team(resource) else ()',
            'team = ("Job hiring team members",) if shows_team(resource) else ()',
        ),
        HandMade(
            "a model of several lists is whole when one of them came through",
            "hub.sync",
            "        if feeding and all(one is not None",
            "        if feeding and any(one is not None",
        ),
    ),
)

THIRD_A: tuple[Chapter, ...] = (ACCESS_HONESTY, COMPLETENESS, MAPPING, IDENTITY, STATE)
