"""Further defects, by somebody who never saw a check: faults, writes, errors, manners, configuration."""

from tests.strength.handmade.rows import Chapter, HandMade

FAULTS = Chapter(
    "faults",
    (
        HandMade(
            "a write that was told to come back later is given up",
            "transport.retry",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)))",
            "repeatable=lambda trouble: isinstance(trouble, NotSent))",
            silent=False,
        ),
        HandMade(
            "who cannot look whether a write came through sends it again",
            "pinpoint.actions",
            "                # Whoever cannot look cannot know, and must not send again.\n"
            "                raise OutcomeUnknown(\n"
            '                    f"{lost}; looking whether it did: {error}", http_status=lost.http_status, operation=lost.operation\n'
            "                ) from error\n",
            "                found = None\n",
        ),
        HandMade(
            "patience is for a connection's whole life: after some troubles each further one is final",
            "transport.retry",
            "        tried = 0\n        while True:\n",
            '        tried = getattr(self, "_failed", 0)\n        while True:\n',
            also=(
                "                wait = self._wait_after(trouble, tried) if repeatable(trouble) else None\n",
                (
                    "                self._failed = tried\n"
                    "                wait = self._wait_after(trouble, tried) if repeatable(trouble) else None\n"
                ),
            ),
            silent=False,
        ),
        HandMade(
            "a create whose answer was lost, and of which nothing is there, is not sent again",
            "join.applying",
            "            attempt = replace(attempt, lost=lost)\n",
            "            raise\n",
            silent=False,
        ),
        HandMade(
            "a list that changed faster than it could be read passes for whole",
            "transport.seams",
            "yield SeamStep(fresh, settled=tight)",
            "yield SeamStep(fresh, settled=True)",
            at="join",
        ),
        HandMade(
            "a file that cannot be had is missing among an application's without a word",
            "join.files",
            "[_fetched(api, link) for link in _links(application)]",
            "[found for link in _links(application) if (found := _had(api, link)) is not None]",
            also=(
                "def _number(text: str, what: str) -> int:\n",
                (
                    "def _had(api: Api, link: Link) -> dict[str, Any] | None:\n"
                    "    try:\n"
                    "        return _fetched(api, link)\n"
                    "    except Exception:\n"
                    "        return None\n\n\n"
                    "def _number(text: str, what: str) -> int:\n"
                ),
            ),
        ),
        HandMade(
            "after one long outage no later hiccup is waited out",
            "asymbl.wire",
            "        self._down.discard(resource)\n        return found\n",
            "        return found\n",
            silent=False,
        ),
        HandMade(
            "a list of which Salesforce refuses the bulk job fails, though REST would bring it",
            "asymbl.scan",
            '                self.warn(Warning("bulk_refused", f"{self.view.sobject} is read by REST, since Salesforce refused bulk: {why}"))\n',
            '                raise Unavailable(f"{self.view.sobject}: Salesforce refused bulk: {why}") from why\n',
            silent=False,
        ),
        HandMade(
            "a refresh token that the vendor has replaced is shown again",
            "asymbl.sign_in",
            'refresh_token=self._rotated or given["refresh_token"],',
            'refresh_token=given["refresh_token"] or self._rotated,',
            silent=False,
        ),
    ),
)

WRITES = Chapter(
    "writes",
    (
        HandMade(
            "after a lost answer an application to a confidential job is not found, and is sent again",
            "pinpoint.actions",
            'Query(filters=(*filters, every), sort="id", page=(1, 2))',
            'Query(filters=filters, sort="id", page=(1, 2))',
        ),
        HandMade(
            "a detail is written into a field of that name which is not one of applications",
            "pinpoint.details",
            'Query(filters=(("resource_type", "application"),))',
            "Query()",
        ),
        HandMade(
            "what the caller says in Pinpoint's own words is overruled by ours",
            "pinpoint.actions",
            "        attributes |= applying.own_words(given.remote_fields)\n",
            "        attributes = {**applying.own_words(given.remote_fields), **attributes}\n",
        ),
        HandMade(
            "a source's name that JOIN has no word for is lost where its key has one",
            "join.sources",
            'return known[0] if known else "OTHER", unfitting',
            'return (known[0], None) if known else ("OTHER", unfitting)',
        ),
        HandMade(
            "whoever applies again gets the source and the date of the new application",
            "join.applying",
            "        records=tuple(record for record in records if record.model not in MADE_OF_SEVERAL),\n",
            "        records=records,\n",
        ),
        HandMade(
            "a file that is added hangs on the application, where files are not looked for",
            "asymbl.actions",
            "        Files(self.wire, self.settings.max_file_bytes).add(contact, upload)\n        return ActionResult()\n",
            "        Files(self.wire, self.settings.max_file_bytes).add(given.application_id, upload)\n        return ActionResult()\n",
        ),
        HandMade(
            "a person whose e-mail or name may not be written is made without it",
            "asymbl.applying",
            "essential = sorted(refused.keys() & ESSENTIAL)",
            'essential = sorted(column for column in refused.keys() & ESSENTIAL if column.startswith("bpats__"))',
        ),
        HandMade(
            "what an action made is not stored: its answer is an id and nothing else",
            "hub.actions",
            "                if found.row is not None:\n",
            "                if found.row is not None and sync_id is not None:\n",
            at="asymbl",
        ),
    ),
)

ERRORS = Chapter(
    "errors",
    (
        HandMade(
            "a raw call that Pinpoint refuses is a failure of ours and has no answer",
            "pinpoint.wire",
            "        return RawReply(reply.url, reply.status, reply.headers, _json_or_text(reply))\n",
            '        _answer(reply, f"{method} {path}", ())\n'
            "        return RawReply(reply.url, reply.status, reply.headers, _json_or_text(reply))\n",
            silent=False,
        ),
        HandMade(
            "that a detail was not written is told without the permission that lacks",
            "pinpoint.details",
            "            except PermissionMissing as refusal:\n"
            '                needs = ", ".join(repr(need) for need in refusal.missing_permissions)\n'
            '                warnings.append(Notice("details_in_comment_only", f"custom field {name!r} was not written: the key lacks {needs}"))\n'
            "            except (FixInput, RetryLater, OutcomeUnknown, ValueError) as refusal:\n",
            "            except (FixInput, PermissionMissing, RetryLater, OutcomeUnknown, ValueError) as refusal:\n",
        ),
        HandMade(
            "an id that is unknown is told by half of its place: job_id for application.job_id",
            "hub.actions",
            'self._vendor_id(connection, str(held), f"{inside}{path}", model, remote=remote)',
            "self._vendor_id(connection, str(held), path, model, remote=remote)",
        ),
        HandMade(
            "an error in JOIN's older form says nothing, so that a second application is plain invalid input",
            "join.wire",
            'error = body.get("error", body) if isinstance(body, dict) else None',
            'error = body.get("error") if isinstance(body, dict) else None',
        ),
        HandMade(
            "the files of somebody who is not in JOIN any more are an empty list",
            "join.files",
            "    if not own:\n        raise NotFound(",
            "    if not everything:\n        raise NotFound(",
        ),
        HandMade(
            "that a list failed is told of the first of its models only",
            "hub.sync",
            '[_diagnostic(model, failure, reason="error") for model in stream.feeds]',
            '[_diagnostic(model, failure, reason="error") for model in stream.feeds[:1]]',
            at="join",
        ),
        HandMade(
            "of what was written as one, the part that was undone is blamed and not the one that was refused",
            "asymbl.wire",
            'next((pair for pair in failed if code_of(pair[1].get("body")) not in UNDONE), failed[0])',
            "failed[0]",
        ),
        HandMade(
            "an application that is gone is told as a permission that lacks",
            "asymbl.actions",
            "            if self.wire.describe(APPLICANT) is None:\n",
            "            if hidden.http_status == 404:\n",
        ),
        HandMade(
            "why Salesforce let nobody in is not told",
            "asymbl.sign_in",
            "told = f\"{operation}: {code}: {answer.get('error_description', 'no description')}\"",
            'told = f"{operation}: {code}"',
        ),
    ),
)

MANNERS = Chapter(
    "manners",
    (
        HandMade(
            "its waits do not grow, however long the trouble lasts",
            "transport.retry",
            "min(patience.at_most, patience.first * 2.0 ** min(tried - 1, 30))",
            "min(patience.at_most, patience.first)",
        ),
        HandMade(
            "what was refused once is asked for anew on every page",
            "pinpoint.talk",
            "        rows = self._agreed(lambda: self._list(self.ask, number, size))\n",
            "        self.ask = ask_for(self._listing, self._wanted, since=self.ask.since)\n"
            "        rows = self._agreed(lambda: self._list(self.ask, number, size))\n",
        ),
        HandMade(
            "each new application is read back, though the answer names the person, and by a key that may not read",
            "pinpoint.actions",
            "        if candidate_id is None:\n            try:\n",
            "        if candidate_id is None or application.id:\n            try:\n",
        ),
        HandMade(
            "the jobs are listed once more without their statuses, whether or not they came",
            "join.connector",
            'return found if found[0] else self._job_list(params(content="true"))',
            'unasked = self._job_list(params(content="true"))\n        return found if found[0] else unasked',
        ),
        HandMade(
            "a stranger's host from which a file is fetched is shown the connection's token",
            "transport.client",
            'http.stream("GET", url, follow_redirects=True)',
            'http.stream("GET", url, headers=self._headers, follow_redirects=True)',
            at="join",
        ),
        HandMade(
            "JOIN's lists of words are fetched again for each job",
            "join.connector",
            'recorder.add("Jobs", str(job["id"]), JobInContext(job, catalogue))',
            'recorder.add("Jobs", str(job["id"]), JobInContext(job, self._catalogue(wanted)))',
        ),
        HandMade(
            "a bulk job is asked whether it is ready again and again without a pause",
            "asymbl.bulk",
            "            self.wire.sleep(pause)\n",
            "",
        ),
        HandMade(
            "all applications are read for their sources once more with each page of people",
            "asymbl.sources",
            "        self._complete = True\n",
            "        self._complete = not self._found\n",
        ),
        HandMade(
            "it signs in anew for each list",
            "asymbl.wire",
            '        path, headers = ("/queryAll" if deleted else "/query"), self._options()\n',
            '        self._session = None\n        path, headers = ("/queryAll" if deleted else "/query"), self._options()\n',
        ),
    ),
)

CONFIGURATION = Chapter(
    "configuration",
    (
        HandMade(
            "a model stays on though one is off that its own models hang on",
            "hub.scope",
            "        if left == on:\n            return on\n        on = left\n",
            "        return left\n",
        ),
        HandMade(
            "a new credential lets everything in again that the customer had turned off",
            "hub.hub",
            "scope_config=old.target.scope_config if scope_config is None else scope_config,",
            "scope_config={} if scope_config is None else scope_config,",
        ),
        HandMade(
            "the setting max_file_bytes is ignored",
            "pinpoint.connector",
            "client.download(url, at_most=chosen.max_file_bytes)",
            "client.download(url, at_most=Settings().max_file_bytes)",
        ),
        HandMade(
            "an API path with a slash behind it is not taken off the base URL",
            "join.connector",
            'root = base_url.rstrip("/").removesuffix("/v2")',
            'root = base_url.removesuffix("/v2").rstrip("/")',
        ),
        HandMade(
            "an action that is turned off is performed",
            "hub.actions",
            "        if action not in self.scope.actions:\n",
            "        if action not in promised:\n",
            at="join",
        ),
        HandMade(
            "that a field is off is not told, so that its null looks empty",
            "hub.scope",
            "for model, field in [*off, *self.fields_off()]",
            "for model, field in off",
            at="join",
        ),
        HandMade(
            "of several ways to sign in the one that ends is taken",
            "asymbl.settings",
            "return Credential(named or open_ways[0], values)",
            "return Credential(named or open_ways[-1], values)",
        ),
        HandMade(
            "who picks no integration field at all gets all of them",
            "asymbl.schema",
            "        if model is None or model not in picked:\n",
            "        if model is None or not picked.get(model):\n",
        ),
        HandMade(
            "bulk_above 0, which means always, is taken for not set",
            "asymbl.scan",
            "if self.settings.bulk_above is not None and page.total > self.settings.bulk_above:",
            "if page.total > (self.settings.bulk_above or 50_000):",
        ),
    ),
)

SECOND_B = (FAULTS, WRITES, ERRORS, MANNERS, CONFIGURATION)
