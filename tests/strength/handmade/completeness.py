"""Records or parts of records that do not arrive."""

from tests.strength.handmade.rows import Chapter, HandMade

COMPLETENESS = Chapter(
    "completeness",
    (
        HandMade(
            "a full first page is taken for the last",
            "transport.pages",
            "            if len(first) < self.size:",
            "            if len(first) <= self.size:",
        ),
        HandMade(
            "the last page is lost unless it is full",
            "transport.pages",
            "return max(1, -(-self.length() // self.size))",
            "return max(1, self.length() // self.size)",
        ),
        HandMade(
            "pages are read from the first to the last while rows vanish before them",
            "transport.seams",
            "            tight = number == 1 or self._tight(number - 1, lasts[number - 1], page)",
            "            tight = True",
            at="join",
        ),
        HandMade(
            "reading stops at the second page",
            "transport.seams",
            "            if len(page) < self.size:\n                return",
            "            if len(page) < self.size or number == 2:\n                return",
            at="join",
        ),
        HandMade(
            "a list has two pages at the most",
            "asymbl.scan",
            "        while page.next is not None:\n            page = self.wire.more(page.next)\n            yield Batch(page.rows, page.next is not None)",
            "        if page.next is not None:\n            page = self.wire.more(page.next)\n            yield Batch(page.rows, False)",
        ),
        HandMade(
            "of a small query only the first page is read",
            "asymbl.wire",
            "        while page.next is not None:\n            page = self.more(page.next)\n            found += page.rows\n        return found",
            "        return found",
        ),
        HandMade(
            "private jobs and what hangs on them are left out",
            "pinpoint.wire",
            'ALL_VISIBILITIES = ("external", "internal", "confidential", PRIVATE)',
            'ALL_VISIBILITIES = ("external", "internal", "confidential")',
        ),
        HandMade(
            "confidential jobs' applications are left out",
            "pinpoint.streams",
            '    feeds=("Applications", "Tags", "Candidate tags"),\n    needs=(promised.READ_APPLICATIONS,),\n    visibility="job_visibility",',
            '    feeds=("Applications", "Tags", "Candidate tags"),\n    needs=(promised.READ_APPLICATIONS,),',
        ),
        HandMade(
            "jobs that are not online are left out",
            "join.connector",
            'params(content="true", status=",".join(STATUSES))',
            'params(content="true", status="ONLINE")',
        ),
        HandMade(
            "archived jobs are left out",
            "join.connector",
            'params(content="true", status=",".join(STATUSES))',
            'params(content="true", status="ONLINE,OFFLINE,DRAFT")',
        ),
        HandMade(
            "users who are switched off are left out",
            "asymbl.streams",
            "where=(\"UserType = 'Standard'\",)",
            'where=("UserType = \'Standard\'", "IsActive = true")',
        ),
        HandMade(
            "tags of applications are left out",
            "pinpoint.streams",
            "            yield from _tagged(resource, None if candidate_id is None else str(candidate_id))",
            "            del candidate_id",
        ),
        HandMade(
            "of a job's questions only the first two arrive",
            "pinpoint.jobs",
            'for index, question in enumerate(job.many("questions")))',
            'for index, question in enumerate(job.many("questions")[:2]))',
        ),
        HandMade(
            "of a person's tags only the first arrives",
            "join.people",
            'texts = dict.fromkeys(text.strip() for text in candidate.get("tags") or [])',
            'texts = dict.fromkeys(text.strip() for text in (candidate.get("tags") or [])[:1])',
        ),
        HandMade(
            "a page is skipped when a killed sync goes on",
            "join.connector",
            "            yield from readers[stream](wanted)\n",
            "            for number, page in enumerate(readers[stream](wanted), 1):\n"
            "                if cursor is None or page.cursor is None or number > int(cursor) + 1:\n"
            "                    numbered = page.cursor and str(number)\n"
            "                    yield Page(page.records, numbered, page.diagnostics, page.warnings)\n",
        ),
        HandMade(
            "pages that were delivered before a crash are not delivered again, though rows have moved",
            "join.connector",
            "            yield from readers[stream](wanted)\n",
            "            for number, page in enumerate(readers[stream](wanted), 1):\n"
            "                if cursor is None or page.cursor is None or number > int(cursor):\n"
            "                    numbered = page.cursor and str(number)\n"
            "                    yield Page(page.records, numbered, page.diagnostics, page.warnings)\n",
        ),
        HandMade(
            "rows of the same time as the last one are skipped when a list goes on",
            "asymbl.scan",
            'conditions.append(f"{STAMP} >= {soql.time(datetime.fromisoformat(self.mark))}")',
            'conditions.append(f"{STAMP} > {soql.time(datetime.fromisoformat(self.mark))}")',
        ),
        HandMade(
            "of a bulk result only the first portion is read",
            "asymbl.bulk",
            'following = reply.headers.get("sforce-locator")',
            'following = reply.headers.get("sforce-nextlocator")',
        ),
        HandMade(
            "files of applications to confidential jobs are missing among a candidate's",
            "pinpoint.actions",
            'filters=(("candidate_id", candidate_id), every),\n                sort="id",',
            'filters=(("candidate_id", candidate_id),),\n                sort="id",',
        ),
        HandMade(
            "a candidate's files are those of one application only",
            "join.files",
            "    for row in own:\n        for link in _links(row):",
            "    for row in own[:1]:\n        for link in _links(row):",
        ),
        HandMade(
            "a question is dropped if a stage has the same id",
            "pinpoint.reading",
            'self._delivered.is_news(f"{model} {key}", None)',
            "self._delivered.is_news(key, None)",
        ),
        HandMade(
            "candidates whose applications were all rejected are left out",
            "asymbl.candidates",
            'return f"Id IN (SELECT {PERSON} FROM {APPLICANT})"',
            "return f\"Id IN (SELECT {PERSON} FROM {APPLICANT} WHERE bpats__Applicant_Status__c != 'Rejected')\"",
        ),
        HandMade(
            "an account that does not count is taken for one row shorter",
            "transport.pages",
            "        there, beyond = (middle, beyond) if has_rank(middle) else (there, middle)\n    return there",
            "        there, beyond = (middle, beyond) if has_rank(middle) else (there, middle)\n    return there - 1",
        ),
        HandMade(
            "from the third page on the list is taken for empty",
            "join.wire",
            "fetch=lambda number, size: self.listed(path, [*query, *params(page=number, pageSize=size)]),",
            "fetch=lambda number, size: self.listed(path, [*query, *params(page=min(number, 2), pageSize=size)])[: size if number < 3 else 0],",
        ),
        HandMade(
            "a record of which one value is invalid is dropped whole",
            "hub.sync",
            "            self.records.put(connection, [one.row for one in found if one.row is not None], sync.id)",
            "            self.records.put(connection, [one.row for one in found if one.row is not None and not one.diagnostics], sync.id)",
            at="join",
        ),
        HandMade(
            "candidates and stages are those of the first page of applications",
            "join.applications",
            "            for application in step.rows:\n                self._notice(application)\n",
            "            for application in step.rows if number == 1 else ():\n                self._notice(application)\n",
        ),
        HandMade(
            "attachments without a file name are left out",
            "pinpoint.files",
            'pairs = [pair for pair in owner.get("attachments") or () if pair.get("url")]',
            'pairs = [pair for pair in owner.get("attachments") or () if pair.get("url") and pair.get("filename")]',
        ),
        HandMade(
            "files are not to be had in accounts that do not know private jobs",
            "pinpoint.actions",
            "        except Refused:\n            return ask(",
            "        except ZeroDivisionError:\n            return ask(",
            silent=False,
        ),
    ),
)
