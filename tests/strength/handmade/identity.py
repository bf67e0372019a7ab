"""Ids that are unstable, shared, or somebody else's."""

from tests.strength.handmade.rows import Chapter, HandMade

IDENTITY = Chapter(
    "identity",
    (
        HandMade(
            "two integrations give the same id to different records",
            "hub.ids",
            'hashlib.sha256(f"{integration_id}\\n{key}".encode())',
            'hashlib.sha256(f"{key}".encode())',
        ),
        HandMade(
            "ids ignore letter case: two records share one",
            "hub.ids",
            'hashlib.sha256(f"{integration_id}\\n{key}".encode())',
            'hashlib.sha256(f"{integration_id}\\n{key.lower()}".encode())',
            at="join",
        ),
        HandMade(
            "remote_id loses its letter case",
            "hub.records",
            '"remote_id": row.key if MODELS[row.model].has_remote_id() else None,',
            '"remote_id": row.key.lower() if MODELS[row.model].has_remote_id() else None,',
            at="asymbl",
        ),
        HandMade(
            "records have the short form of the vendor's id, references the long one",
            "asymbl.reading",
            'found.append(Record(model, row["Id"], one.values))',
            'found.append(Record(model, row["Id"][:15], one.values))',
        ),
        HandMade(
            "an application's job is its stage's id",
            "pinpoint.mapping",
            '"job_id": refers("job_id", "Jobs"),',
            '"job_id": refers("stage_id", "Jobs"),',
        ),
        HandMade(
            "options of two questions with the same text share an id",
            "pinpoint.questions",
            '    return f"{question_id}/{text}"',
            "    return text",
        ),
        HandMade(
            "tags of two contexts with the same name are one",
            "pinpoint.people",
            '        return f"{self.context}:{self.name}"',
            "        return self.name",
        ),
        HandMade(
            "a person whose e-mail is spelt in two ways is two users",
            "join.people",
            'email = text.strip().lower() if text is not None else ""',
            'email = text.strip() if text is not None else ""',
        ),
        HandMade(
            "a question is known by its place in the form",
            "join.questions",
            '            return str(self.raw["id"])',
            "            return str(self.index + 1)",
        ),
        HandMade(
            "a role assignment points at the user and not at the team member",
            "pinpoint.mapping",
            'Ref("Job hiring team members", assignment.member.key)',
            'Ref("Users", assignment.member.user_id)',
        ),
        HandMade(
            "an application's candidate is the application itself",
            "asymbl.mapping",
            '"candidate_id": refers("bpats__ATS_Applicant__c", "Candidates"),',
            '"candidate_id": refers("Id", "Candidates"),',
        ),
        HandMade(
            "a file has another id after each new version",
            "asymbl.files",
            'yield _file(\n                    version["ContentDocumentId"], name',
            'yield _file(\n                    version["Id"], name',
        ),
        HandMade(
            "a file has another id each time it is looked at",
            "join.files",
            "hashlib.sha256(urlsplit(url).path.encode())",
            "hashlib.sha256(url.encode())",
        ),
        HandMade(
            "two files of the same name share an id",
            "pinpoint.files",
            ' + (f"/{self.turn}" if self.turn else "")',
            "",
        ),
        HandMade(
            "tags keep blanks around them, so that one tag is two",
            "join.people",
            'dict.fromkeys(text.strip() for text in candidate.get("tags") or [])',
            'dict.fromkeys(text for text in candidate.get("tags") or [])',
        ),
        HandMade(
            "a candidate is known by e-mail, applications refer to the id",
            "join.applications",
            'recorder.add("Candidates", str(id), Candidate(raw, self._earliest[id]))',
            'recorder.add("Candidates", str(raw["email"]), Candidate(raw, self._earliest[id]))',
        ),
        HandMade(
            "a stage is known by its name, which jobs share",
            "pinpoint.streams",
            '        yield "Application Stages", placed.stage.id, placed.stage',
            '        yield "Application Stages", str(placed.stage.get("name")), placed.stage',
        ),
    ),
)
