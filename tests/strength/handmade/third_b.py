"""Defects of a third set, as public bug trackers know them, written blind: faults, writes, errors, manners, configuration."""

from tests.strength.handmade.rows import Chapter, HandMade

FAULTS = Chapter(
    "faults",
    (
        HandMade(
            "the page that says that a file is not there is taken for the file",
            "transport.client",
            "    if reply.status_code != 200:\n        raise Invalid",
            "    if reply.status_code in (401, 403):\n        raise Invalid",
        ),
        HandMade(
            "an answer that broke off is an empty list",
            "join.wire",
            "        raise AnswerLost(text, http_status=reply.status, operation=_operation(reply)) from error\n",
            '        if reply.method == "GET":\n            return []\n'
            "        raise AnswerLost(text, http_status=reply.status, operation=_operation(reply)) from error\n",
        ),
        HandMade(
            "whether a lost write came through is looked at once, while the vendor may still be at it",
            "pinpoint.actions",
            "            self.retries.pause()\n",
            "",
        ),
        HandMade(
            "a new refresh token is not kept, so that the next session asks with the one that is used up",
            "asymbl.sign_in",
            "            self._rotated = granted.refresh_token\n",
            "            self._rotated = None\n",
            silent=False,
        ),
        HandMade(
            "a request whose answer took too long counts as never sent",
            "transport.client",
            "_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)",
            "_NEVER_LEFT = (httpx.ConnectError, httpx.TimeoutException)",
        ),
    ),
)

WRITES = Chapter(
    "writes",
    (
        HandMade(
            "a write that was answered by 503 is sent again, since 503 means that nothing was done",
            "transport.retry",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)))",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)) or trouble.http_status == 503)",
        ),
        HandMade(
            "a detail is written into the field whose name differs in letter case",
            "pinpoint.details",
            'if row.get("name") == name), None)',
            'if str(row.get("name")).lower() == name.lower()), None)',
        ),
        HandMade(
            "a source is said to be kept as a note although the note was refused",
            "join.applying",
            '        return Warning("source_not_writable", f"{told}, and the note that should keep it failed: {error}")\n',
            "        del error\n",
        ),
        HandMade(
            "an application without a stage lands in the stage that was made first",
            "asymbl.actions",
            '("bpats__Sequence__c ASC NULLS LAST", "Id ASC")',
            '("CreatedDate ASC", "Id ASC")',
        ),
        HandMade(
            "a move whose answer was lost counts as done as soon as the application is found",
            "pinpoint.actions",
            'return found if str(found.get("stage_id")) == given.stage_id else None',
            "return found",
        ),
    ),
)

ERRORS = Chapter(
    "errors",
    (
        HandMade(
            "a refusal's telling words are only known in small letters",
            "pinpoint.wire",
            "if words in said.lower()), kind)",
            "if words in said), kind)",
            silent=False,
        ),
        HandMade(
            "a web page in place of JOIN is taken for an answer that broke off",
            "join.wire",
            '    if reply.content_type == "text/html":\n',
            '    if reply.content_type == "text/plain":\n',
            silent=False,
        ),
        HandMade(
            "a status counts for more than the vendor's code, so that a used up allowance is a lacking permission",
            "asymbl.refusals",
            'kind = CODES.get(code or "") or STATUSES.get(status) or',
            'kind = STATUSES.get(status) or CODES.get(code or "") or',
            silent=False,
        ),
        HandMade(
            "a secret is masked as it was given, and stands readable where it was encoded for a URL",
            "hub.redact",
            '        yield from (plain, *encoded, *(form.lower() for form in encoded if "%" in form))\n',
            "        yield plain\n        del encoded\n",
            also=('        encoded = {quote(plain, safe=""), quote(plain), quote_plus(plain)}\n', "        encoded: set[str] = set()\n"),
        ),
        HandMade(
            "an action that was not permitted does not say which permission lacks",
            "hub.actions",
            'f"{type(error).__name__}: {error}" + (f" (missing: {\', \'.join(missing)})" if missing else "")',
            'f"{type(error).__name__}: {error}" + ("" if missing else "")',
            at="asymbl",
        ),
    ),
)

MANNERS = Chapter(
    "manners",
    (
        HandMade(
            "a Retry-After that is a date is not read",
            "transport.retry",
            '    until, now = http_date(hint), http_date(headers.get("date"))\n',
            "    until = now = None\n",
            at="asymbl",
        ),
        HandMade(
            "bulk jobs with people's data are left lying",
            "asymbl.bulk",
            '            self.wire.write("DELETE", f"/jobs/query/{self.id}")\n',
            '            self.wire.read(f"/jobs/query/{self.id}")\n',
        ),
        HandMade(
            "what was refused is asked for again on each page",
            "pinpoint.talk",
            "        return rows\n\n    def check",
            "        self.ask = ask_for(self._listing, self._wanted, since=self.ask.since)\n        return rows\n\n    def check",
        ),
        HandMade(
            "the seconds until the limit ends are taken for a moment of the epoch, which is over",
            "join.wire",
            'return float(reply.headers["x-ratelimit-reset"])',
            'return max(0.0, float(reply.headers["x-ratelimit-reset"]) - 1_700_000_000)',
        ),
        HandMade(
            "objects are described anew whenever something wants to know of them",
            "asymbl.schema",
            "        if sobject not in self._known:\n",
            "        if sobject is not None:\n",
        ),
    ),
)

CONFIGURATION = Chapter(
    "configuration",
    (
        HandMade(
            "a scope config that is empty, and so lets everything in again, changes nothing",
            "hub.hub",
            "scope_config=old.target.scope_config if scope_config is None else scope_config,",
            "scope_config=scope_config or old.target.scope_config,",
        ),
        HandMade(
            "the setting for the longest wait for an answer has no effect",
            "pinpoint.connector",
            "timeouts=Timeouts(read=chosen.timeout_seconds)",
            "timeouts=Timeouts()",
        ),
        HandMade(
            "stages that a customer names as hired count beside the usual ones, not in their place",
            "asymbl.reading",
            "for name in self.settings.hired_stages)",
            'for name in (*self.settings.hired_stages, "Hired", "Placed", "Placement"))',
        ),
        HandMade(
            "the explorer shows values of people who are no candidates",
            "asymbl.exploring",
            'conditions = (membership(settings),) if model == "Candidates" else ()',
            "conditions = ()",
        ),
        HandMade(
            "a switch that says false as a text is on",
            "hub.hub",
            '        if not isinstance(own["sync_only_created"], bool):\n',
            '        own["sync_only_created"] = bool(own["sync_only_created"])\n'
            '        if not isinstance(own["sync_only_created"], bool):\n',
        ),
    ),
)

THIRD_B: tuple[Chapter, ...] = (FAULTS, WRITES, ERRORS, MANNERS, CONFIGURATION)
