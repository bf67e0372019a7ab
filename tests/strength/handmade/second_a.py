"""Further defects, by somebody who never saw a check: access, completeness, mapping, identity, state."""

from tests.strength.handmade.rows import Chapter, HandMade

ACCESS_HONESTY = Chapter(
    "access honesty",
    (
        HandMade(
            "one include that is denied takes the other guarded ones along, as not offered",
            "pinpoint.talk",
            "        for part in denied:\n            needs = self._lacking(part)\n",
            "        self.ask = replace(self.ask, parts=tuple(one for one in self.ask.parts if one in denied or not one.needs))\n"
            "        for part in denied:\n            needs = self._lacking(part)\n",
        ),
        HandMade(
            "the probe takes what one record masks for what the key may not see",
            "pinpoint.probing",
            'for diagnostic in withheld if diagnostic.reason != "masked"))',
            "for diagnostic in withheld))",
        ),
        HandMade(
            "what Pinpoint leaves out without a word passes for empty",
            "pinpoint.talk",
            "for part in self.ask.parts if rows else ():",
            "for part in ():",
        ),
        HandMade(
            "a key that JOIN's answer does not have passes for a blank value",
            "join.values",
            '    if key not in raw:\n        raise Unknown(f"JOIN\'s answer has no {key!r}")\n    return raw[key]',
            "    return raw.get(key)",
        ),
        HandMade(
            "where JOIN shows no questions at all, there are none, and those that were there are gone",
            "join.connector",
            '    "screeningQuestions": ("Screening questions", "Job-specific screening questions"),\n',
            "",
        ),
        HandMade(
            "the probe has a reason for models only, none for their fields",
            "join.connector",
            "diagnostic = None if denied is None else denial(model, field, denied)",
            "diagnostic = None if denied is None or field is not None else denial(model, field, denied)",
        ),
        HandMade(
            "where the applications' source is hidden, people without a lead source have none, and nobody is told",
            "asymbl.candidates",
            '            lost[MODEL, "source"] = denied(MODEL, "source", (*known, may_see(APPLICANT, SOURCE)))\n',
            '            if known:\n                lost[MODEL, "source"] = denied(MODEL, "source", (*known, may_see(APPLICANT, SOURCE)))\n',
            also=(
                '        if "source" not in view.readable(MODEL, self.wanted[MODEL]):\n',
                '        if "source" not in view.readable(MODEL, self.wanted[MODEL]) or self.schema.hidden(APPLICANT, (SOURCE,)):\n',
            ),
        ),
        HandMade(
            "the column by which users are chosen is not looked at: where it is hidden, the list fails and is not called denied",
            "asymbl.reading",
            "        if lacking:\n            view = replace(view, lost={**view.lost, "
            "**{(model, None): denied(model, None, lacking) for model in self.models}})\n",
            "",
            silent=False,
        ),
        HandMade(
            "where the mark of the resume is hidden, no file is one, and nobody is told",
            "asymbl.files",
            "        if versions and (unmarked := schema.hidden(VERSION, (PRIMARY,))):\n"
            '            warnings.append(Notice("resume_unknown", f"which file is the resume needs {unmarked[0]!r}; '
            'all are of the type OTHER"))\n',
            "",
        ),
    ),
)

COMPLETENESS = Chapter(
    "completeness",
    (
        HandMade(
            "stages that applicants do not see are left out of a job, and their applications stand nowhere",
            "pinpoint.jobs",
            'ordered = sorted(job.many("stages"), key=',
            'ordered = sorted((stage for stage in job.many("stages") if stage.get("visible") is not False), key=',
        ),
        HandMade(
            "interviews that took place already are left out",
            "pinpoint.streams",
            'if resource.get("interviewable_type") == "Application":',
            'if resource.get("interviewable_type") == "Application" and resource.get("status") != "completed":',
        ),
        HandMade(
            "of an account that does not tell how long a list is only the first page is read",
            "pinpoint.talk",
            "length = counted(lambda rank: bool(self._list(self.ask, rank, 1, bare=True))) if total is None else total",
            "length = len(rows) if total is None else total",
        ),
        HandMade(
            "a row that is met again in another version while the list is read stays as it was first seen",
            "transport.met",
            "        return before != version\n",
            "        return before is _NEVER\n",
            at="join",
        ),
        HandMade(
            "a page's last row that vanished is taken for proof that nothing slipped past it",
            "transport.seams",
            "        if last not in around:\n            return False\n",
            "        if last not in around:\n            return True\n",
            at="join",
        ),
        HandMade(
            "files that answer a question are no files of the application",
            "join.files",
            'answered = [answer["file"] for answer in application.get("screeningQuestions") or [] if answer.get("file")]',
            'answered = [answer["file"] for answer in application.get("answers") or [] if answer.get("file")]',
        ),
        HandMade(
            "rows that share their time with the last one of the page before are dropped",
            "asymbl.scan",
            'tuple(row for row in rows if row[STAMP] != self.mark or row["Id"] not in self._met)',
            "tuple(row for row in rows if row[STAMP] != self.mark)",
        ),
        HandMade(
            "the explorer shows the customer's own fields and none of every account's",
            "asymbl.exploring",
            "infos = [info for info in described.fields.values() if info.type not in COMPOUND]",
            "infos = [info for info in described.fields.values() if info.type not in COMPOUND and info.custom]",
        ),
        HandMade(
            "who is no active user any more is on no team, also not on that of an old job",
            "asymbl.team",
            'Select(self.of_user, USER, (*LISTINGS["users"].where, condition))',
            'Select(self.of_user, USER, (*LISTINGS["users"].where, "IsActive = true", condition))',
        ),
    ),
)

MAPPING = Chapter(
    "mapping",
    (
        HandMade(
            "a question of which at least one option must be chosen takes no more than one",
            "pinpoint.questions",
            'return most == 1 or (most is None and question.get("num_required_answer_options") == 1)',
            'return most == 1 or question.get("num_required_answer_options") == 1',
        ),
        HandMade(
            "a salary that the public does not see is no salary",
            "pinpoint.values",
            "return value if isinstance(value, Withheld) else number(value)",
            'return value if isinstance(value, Withheld) else number(value) if job.get("compensation_visible") is not False else None',
        ),
        HandMade(
            "a country that is in no list is lost",
            "transport.countries",
            "return _BY_NAME.get(text.lower(), text)",
            "return _BY_NAME.get(text.lower())",
        ),
        HandMade(
            "a state in words ('Hired', 'Rejected') is pending",
            "join.mapping",
            'OUTCOMES.get(str(state).upper(), "PENDING")',
            'OUTCOMES.get(str(state), "PENDING")',
        ),
        HandMade(
            "a name that a contact has in one text outweighs the two that the hiring team knows",
            "join.connector",
            "                if person.named or key not in users:\n                    users[key] = person\n",
            "                if key not in users or not users[key].named:\n                    users[key] = person\n",
        ),
        HandMade(
            "a question that hangs on a yes or no hangs on an option that is not there",
            "join.questions",
            "[answer if isinstance(answer, bool) else Ref(",
            "[answer if answer is None else Ref(",
        ),
        HandMade(
            "the newest application's source outweighs the person's own lead source",
            "asymbl.mapping",
            'return tidy(seen.row.get("LeadSource")) or seen.context.sources.get(seen.row["Id"])',
            'return seen.context.sources.get(seen.row["Id"]) or tidy(seen.row.get("LeadSource"))',
        ),
        HandMade(
            "the text typed into a job outweighs the name of its work site",
            "asymbl.mapping",
            'raw=site.get("Name") or seen.row.get("bpats__Location__c"),',
            'raw=seen.row.get("bpats__Location__c") or site.get("Name"),',
        ),
        HandMade(
            "a file whose title has its extension gets it a second time",
            "asymbl.files",
            'if extension and not name.lower().endswith(f".{extension.lower()}"):',
            "if extension:",
        ),
    ),
)

IDENTITY = Chapter(
    "identity",
    (
        HandMade(
            "of included records of different types that share a number one stands for both",
            "pinpoint.wire",
            '{(str(raw["type"]), str(raw["id"])): raw for raw in answer.get("included") or ()}',
            '{("", str(raw["id"])): raw for raw in answer.get("included") or ()}',
            also=(
                'keys = ((str(link["type"]), str(link["id"])) for link in self._links(relation) if "id" in link)',
                'keys = (("", str(link["id"])) for link in self._links(relation) if "id" in link)',
            ),
        ),
        HandMade(
            "files of one name share an id, whosever they are",
            "pinpoint.files",
            'return f"{self.owner.type}/{self.owner.id}/{self.context}/{self.name}"',
            'return f"{self.context}/{self.name}"',
        ),
        HandMade(
            "the id of any record is taken where an application's is asked for, so that another number's application is meant",
            "hub.records",
            "wanted = and_(table.c.integration_id == self._integration_id, table.c.model == model, table.c.id == id)",
            "wanted = and_(table.c.integration_id == self._integration_id, table.c.id == id)",
        ),
        HandMade(
            "somebody in a hiring team is known by JOIN's number, and as a contact by e-mail: two users",
            "join.people",
            'yield email, Person(email, member.get("firstName"), member.get("lastName"))',
            'yield str(member.get("id") or email), Person(email, member.get("firstName"), member.get("lastName"))',
            also=("found = roles.setdefault(email, set())", 'found = roles.setdefault(str(member.get("id") or email), set())'),
        ),
        HandMade(
            "tags are known in lower case, and referred to as they are written",
            "join.applications",
            'recorder.add("Tags", tag.text, tag)',
            'recorder.add("Tags", tag.text.lower(), tag)',
        ),
        HandMade(
            "among a person's files the application is named by the person's number",
            "join.files",
            'links.setdefault(link.key, (link, row["id"]))',
            'links.setdefault(link.key, (link, row["candidate"]["id"]))',
        ),
        HandMade(
            "of several users with the hiring manager's e-mail the first one is taken",
            "asymbl.team",
            'return found[0]["Id"] if len(found) == 1 else None',
            'return found[0]["Id"] if found else None',
        ),
        HandMade(
            "a hiring manager's contact stands where a user belongs",
            "asymbl.team",
            'return self._managers.get(manager_email(job) or "")',
            "return job.get(MANAGER)",
        ),
        HandMade(
            "a vendor's own id is taken also where only a unified one may stand",
            "hub.actions",
            "if remote and id.startswith(REMOTE):",
            "if id.startswith(REMOTE):",
            at="asymbl",
        ),
    ),
)

STATE = Chapter(
    "state",
    (
        HandMade(
            "a read that goes on after a crash forgets that the list changed under it: the watermark is too late",
            "pinpoint.reading",
            "        ceiling = mark.ceiling\n",
            "        ceiling: str | None = None\n",
        ),
        HandMade(
            "who asks for a full sync gets the rest of an interrupted delta",
            "hub.sync",
            'if last.scope == config and (last.mode == "FULL" or asked == "DELTA"):',
            "if last.scope == config:",
        ),
        HandMade(
            "a field that was off and is on again stays empty, since the row is taken for unchanged",
            "hub.records",
            '"v_digest": _digest(data)',
            '"v_digest": row.digest',
        ),
        HandMade(
            "the stages of a job that is gone keep their places in it",
            "hub.sync",
            "            self.records.mark_orphans(connection, model, outward)\n",
            "",
            at="join",
        ),
        HandMade(
            "one stream that failed keeps what is gone from the others alive",
            "hub.sync",
            'if state != "AUTHENTICATION_FAILED":',
            'if state == "SUCCEEDED":',
            at="join",
        ),
        HandMade(
            "in a delta the stages that changed are ranked among themselves, without those that did not",
            "asymbl.stages",
            'self._place(self.wire.rows(Select(("Id", JOB, SEQUENCE), STAGE, (f"{JOB} IN {soql.texts(some)}",))))',
            'self._place(row for row in batch.rows if row.get(JOB) in some and not row.get("IsDeleted"))',
        ),
        HandMade(
            "a delta that is read in bulk does not ask for what was deleted",
            "asymbl.scan",
            "job = BulkQuery.begin(self.wire, select, deleted=self.deleted)",
            "job = BulkQuery.begin(self.wire, select, deleted=False)",
        ),
        HandMade(
            "a deleted record comes back for a moment and dies anew with every delta",
            "asymbl.reading",
            'living = [row for row in batch.rows if not row.get("IsDeleted")]',
            "living = list(batch.rows)",
        ),
    ),
)

SECOND_A = (ACCESS_HONESTY, COMPLETENESS, MAPPING, IDENTITY, STATE)
