"""Defects of a fourth set, written blind: access, completeness, mapping, identity, state."""

from tests.strength.handmade.rows import Chapter, HandMade

ACCESS_HONESTY = Chapter(
    "access honesty",
    (
        HandMade(
            "a permission that is taken away while a list is read passes for the list's end",
            "pinpoint.reading",
            "        try:\n            yield from self._pages(talk, listing, wanted, start, since)\n",
            "        begun = False\n        try:\n            for page in self._pages(talk, listing, wanted, start, since):\n"
            "                yield page\n                begun = True\n",
            also=(
                "yield Page((), None, diagnostics=denials(listing, wanted, refusal))",
                "yield Page((), None, diagnostics=() if begun else denials(listing, wanted, refusal))",
            ),
        ),
        HandMade(
            "the probe believes describe and never tries a query",
            "asymbl.probing",
            "    if not view.columns or not readable:\n",
            "    if view.columns or not readable:\n",
        ),
        HandMade(
            "a list that this account does not have is reported as a permission that lacks",
            "pinpoint.talk",
            "    if isinstance(refusal, PermissionMissing):\n        detail",
            "    if isinstance(refusal, ConnectorError):\n        detail",
        ),
        HandMade(
            "of a model that two lists bring the probe names what the last of them lacks",
            "pinpoint.probing",
            "found[place] = _both(found[place], diagnostic) if place in found else diagnostic",
            "found[place] = diagnostic",
        ),
        HandMade(
            "where a parent is hidden, the permission on the record's own object is named",
            "asymbl.schema",
            "            yield may_read(owner)\n",
            "            yield may_read(sobject)\n",
        ),
    ),
)

COMPLETENESS = Chapter(
    "completeness",
    (
        HandMade(
            "a long list's first page is not looked at again, though rows moved up onto it meanwhile",
            "transport.pages",
            "        for number in range(next, 0, -1):\n",
            "        for number in range(max(next, 2), 1, -1):\n",
            also=("number - 1 if number > 1 else None)", "number - 1 if number > 2 else None)"),
        ),
        HandMade(
            "of the candidates only the first five hundred arrive",
            "join.applications",
            "        while batch:\n",
            "        if batch:\n",
            also=(
                (
                    "            batch = list(islice(ids, SUMMARY_SIZE))\n            if batch:\n"
                    "                yield recorder.page(cursor=FROM_THE_START)\n                recorder = Recorder(self._wanted)\n"
                ),
                "",
            ),
        ),
        HandMade(
            "attachments of the older kind are left out",
            "asymbl.files",
            "[*self._shown(versions, warnings), *self._shown_older(older, warnings)]",
            "[*self._shown(versions, warnings)]",
        ),
        HandMade(
            "whose role in a job has no unified word is left off its team",
            "join.people",
            '            found = roles.setdefault(email, set())\n            role = TEAM_ROLES.get(str(member.get("role")))\n'
            "            if role is not None:\n                found.add(role)\n",
            '            role = TEAM_ROLES.get(str(member.get("role")))\n'
            "            if role is not None:\n                roles.setdefault(email, set()).add(role)\n",
        ),
    ),
)

MAPPING = Chapter(
    "mapping",
    (
        HandMade(
            "a text of several lines loses its line breaks where a list is read in bulk",
            "asymbl.bulk",
            'lines = csv.reader(io.StringIO(text, newline=""))',
            "lines = csv.reader(text.splitlines())",
        ),
        HandMade(
            "the entities in a job's HTML are resolved, so that a text about tags becomes tags",
            "asymbl.mapping",
            '    "description": "bpats__Job_Description__c",\n',
            '    "description": lambda seen: unescape(seen.row["bpats__Job_Description__c"] or "") or None,\n',
            also=("from typing import Any\n", "from html import unescape\nfrom typing import Any\n"),
        ),
        HandMade(
            "a telephone number loses its blanks, brackets and strokes",
            "join.people",
            '[{"phone_number": number, "type": None}]',
            '[{"phone_number": "".join(sign for sign in number if sign.isdigit() or sign == "+"), "type": None}]',
        ),
        HandMade(
            "the currency that the connection sets overrules the one that a job has",
            "asymbl.mapping",
            '    if "CurrencyIsoCode" in seen.row:\n        return seen.row["CurrencyIsoCode"]\n    if seen.context.currency is not None:\n'
            "        return seen.context.currency\n",
            "    if seen.context.currency is not None:\n        return seen.context.currency\n"
            '    if "CurrencyIsoCode" in seen.row:\n        return seen.row["CurrencyIsoCode"]\n',
        ),
        HandMade(
            "a job's category is the one above its own",
            "join.connector",
            'categories={sub["id"]: sub["name"] for',
            'categories={sub["id"]: category["name"] for',
        ),
        HandMade(
            "who was rejected in the last stage is hired",
            "asymbl.mapping",
            '    if str(seen.row.get("bpats__Applicant_Status__c") or "").strip().lower() == "rejected":\n        return "DECLINED"\n',
            "",
            also=(
                'return "HIRED" if named & seen.context.hired_stages else "PENDING"',
                (
                    'rejected = str(seen.row.get("bpats__Applicant_Status__c") or "").strip().lower() == "rejected"\n'
                    '    return "HIRED" if named & seen.context.hired_stages else "DECLINED" if rejected else "PENDING"'
                ),
            ),
        ),
        HandMade(
            "an answer ends after 255 characters",
            "pinpoint.questions",
            '    return "TEXT", {"content": answer.get("text_answer")}',
            '    told = answer.get("text_answer")\n    return "TEXT", {"content": told and told[:255]}',
        ),
        HandMade(
            "words of JOIN's lists come in whatever language the account is in",
            "join.connector",
            'english = params(language="en")',
            "english = params()",
        ),
    ),
)

IDENTITY = Chapter(
    "identity",
    (
        HandMade(
            "every version of a file is a file, all under one id",
            "asymbl.files",
            '(f"ContentDocumentId IN {soql.texts(some)}", "IsLatest = true")',
            '(f"ContentDocumentId IN {soql.texts(some)}",)',
        ),
        HandMade(
            "tags that differ in letter case are one",
            "pinpoint.people",
            '        return f"{self.context}:{self.name}"',
            '        return f"{self.context}:{self.name}".lower()',
        ),
        HandMade(
            "an option is known by its place in the question, and referred to by its text",
            "join.questions",
            '[_option(question.key, text) for text in question.raw.get("options") or []]',
            '[{**_option(question.key, str(place)), "name": text, "remote_id": text} '
            'for place, text in enumerate(question.raw.get("options") or [])]',
        ),
        HandMade(
            "which user a hiring manager is, is remembered once for all accounts",
            "asymbl.team",
            "    _managers: dict[str, str | None] = field(default_factory=dict)\n",
            "    _managers: dict[str, str | None] = field(default_factory=lambda: _FOUND)\n",
            also=('MODEL = "Job hiring team members"\n', 'MODEL = "Job hiring team members"\n_FOUND: dict[str, str | None] = {}\n'),
        ),
    ),
)

STATE = Chapter(
    "state",
    (
        HandMade(
            "what an action made, and the vendor lost before the next sync, lives on",
            "hub.records",
            '_UNSEEN = _ALIVE.where(or_(records.c.seen_in_sync != bindparam("p_sync"), records.c.seen_in_sync.is_(None)))',
            '_UNSEEN = _ALIVE.where(records.c.seen_in_sync != bindparam("p_sync"))',
        ),
        HandMade(
            "that deletions may have been missed is not told of syncs weeks apart",
            "asymbl.reading",
            "KEPT_DELETED = timedelta(days=15)",
            "KEPT_DELETED = timedelta(days=150)",
        ),
        HandMade(
            "whoever is on the team of job 123 is off it when job 12 changes",
            "hub.records",
            'key.partition("/")[0] in owners and key not in but',
            "key.startswith(tuple(owners)) and key not in but",
        ),
        HandMade(
            "a field that is turned off is emptied, and nobody who asks for changes hears of it",
            "hub.records",
            '_BLANKED = _changing(data=bindparam("v_data"), digest=bindparam("v_digest"), changed_at=bindparam("v_changed_at"))',
            '_BLANKED = _changing(data=bindparam("v_data"), digest=bindparam("v_digest"))',
        ),
    ),
)

FOURTH_A: tuple[Chapter, ...] = (ACCESS_HONESTY, COMPLETENESS, MAPPING, IDENTITY, STATE)
