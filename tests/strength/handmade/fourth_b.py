"""Defects of a fourth set, written blind: faults, writes, errors, manners, configuration."""

from tests.strength.handmade.rows import Chapter, HandMade

FAULTS = Chapter(
    "faults",
    (
        HandMade(
            "asked to wait for longer than it has patience, it comes back when its own patience ends",
            "transport.retry",
            "            return trouble.retry_after + self._random.random() if trouble.retry_after <= patience.at_most else None\n",
            "            return min(trouble.retry_after, patience.at_most) + self._random.random()\n",
        ),
        HandMade(
            "a file's host that stumbles once costs the application its file",
            "asymbl.wire",
            "return self.retries.read(lambda: self._entry.download(url, at_most=self._largest_file))",
            "return self._entry.download(url, at_most=self._largest_file)",
        ),
        HandMade(
            "a 429 counts as an outage, so that a write that was put off is taken for lost",
            "pinpoint.wire",
            "kind = RateLimited if reply.status == 429 else Unavailable",
            "kind = Unavailable",
        ),
        HandMade(
            "a session that ends at once is renewed without end",
            "asymbl.wire",
            "        self._session = None\n        return send(*self._current())\n",
            "        self._session = None\n        return self._answered(send)\n",
            silent=False,
        ),
    ),
)

WRITES = Chapter(
    "writes",
    (
        HandMade(
            "a telephone number belongs to the country where its owner lives",
            "pinpoint.applying",
            "    return countries.country_of_phone(person.phone_number, None if person.location is None else person.location.country)\n",
            "    return None if person.location is None else person.location.country\n",
        ),
        HandMade(
            "the United States are written by name, which gives a person another form of address",
            "pinpoint.applying",
            'return code if code == "US" else countries.name_of(code)',
            "return countries.name_of(code)",
        ),
        HandMade(
            "the reference of a create is the person's e-mail: after a lost answer an older application of theirs is taken for it",
            "pinpoint.actions",
            '"external_system_reference": f"ats-{uuid4().hex}"}',
            '"external_system_reference": given.candidate.email_address}',
        ),
        HandMade(
            "of two files with one name only the last is sent",
            "join.applying",
            "tuple(_document(api, attachment) for attachment in values.attachments)",
            "tuple({one.name: _document(api, one) for one in values.attachments}.values())",
        ),
        HandMade(
            "a number in an answer loses what stands behind its point",
            "pinpoint.answering",
            "number_answer=str(answer)",
            "number_answer=str(int(answer))",
        ),
        HandMade(
            "a known person's own data are overwritten by those of a new application",
            "asymbl.actions",
            "        application = applying.application(given, described, person=person, stage=stage)\n",
            '        path = f"/sobjects/{CONTACT}/{person}"\n'
            '        self.wire.write("PATCH", path, applying.contact(given, self._expect(CONTACT)).values)\n'
            "        application = applying.application(given, described, person=person, stage=stage)\n",
        ),
        HandMade(
            "somebody who is available from a day on in their own time zone is so from the day before",
            "asymbl.applying",
            'return None if date is None else date.partition("T")[0]',
            "return None if date is None else datetime.fromisoformat(date).astimezone(UTC).date().isoformat()",
            also=("from dataclasses import dataclass\n", "from dataclasses import dataclass\nfrom datetime import UTC, datetime\n"),
        ),
    ),
)

ERRORS = Chapter(
    "errors",
    (
        HandMade(
            "a version of the API that the org does not offer passes for lacking permissions",
            "asymbl.wire",
            "            self._expect_version(hidden)\n            return None\n",
            "            del hidden\n            return None\n",
        ),
        HandMade(
            "a misspelt input is dropped without a word",
            "unified.actions",
            'model_config = ConfigDict(extra="forbid", frozen=True)',
            "model_config = ConfigDict(frozen=True)",
        ),
        HandMade(
            "what failed in a sync is told without its HTTP status",
            "hub.sync",
            "        http_status=error.http_status,\n",
            "",
        ),
        HandMade(
            "before the first sync every model is an empty list",
            "hub.hub",
            "            if not self._progress(integration).ever(connection):\n                raise ModelUnavailable(",
            "            if not scope.models:\n                raise ModelUnavailable(",
        ),
    ),
)

MANNERS = Chapter(
    "manners",
    (
        HandMade(
            "every column is read though the raw record is off",
            "asymbl.schema",
            "whole = own if any(cell.whole for _, _, cell in cells) else ()",
            "whole = own",
        ),
        HandMade(
            "the probe asks for a list once for each of its models",
            "pinpoint.probing",
            "        for diagnostic in _against(wire, listing, wanted) if set(listing.feeds) & set(wanted) else ():\n",
            "        for diagnostic in [one for model in listing.feeds if model in wanted for one in _against(wire, listing, wanted)]:\n",
        ),
    ),
)

CONFIGURATION = Chapter(
    "configuration",
    (
        HandMade(
            "the explorer shows values of what is turned off",
            "hub.hub",
            '            if not scope.fields.get(model, frozenset()) & {"custom_fields", "integration_fields"}:\n',
            "            if not scope.promised:\n",
            at="asymbl",
        ),
        HandMade(
            "the probe does not say what is turned off",
            "hub.hub",
            "        return (*told, *off)\n",
            "        return tuple(told)\n",
        ),
        HandMade(
            "the setting that says which contacts are candidates has no effect",
            "asymbl.candidates",
            '    if settings.candidates == "record_type":\n        return f"RecordType',
            '    if settings.candidates == settings.candidate_record_type:\n        return f"RecordType',
        ),
        HandMade(
            "the way to sign in that a customer sets is not the one that is taken",
            "asymbl.settings",
            "return Credential(named or open_ways[0], values)",
            "return Credential(open_ways[0], values)",
        ),
        HandMade(
            "what a customer may turn off counts as turned off",
            "hub.scope",
            'OFF = frozenset({"DISABLED", "OPTED_OUT"})',
            'OFF = frozenset({"DISABLED", "OPTED_OUT", "OPTIONAL"})',
        ),
    ),
)

FOURTH_B: tuple[Chapter, ...] = (FAULTS, WRITES, ERRORS, MANNERS, CONFIGURATION)
