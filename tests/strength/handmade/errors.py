"""Failures told with another meaning, without the vendor's words, or with a secret in them."""

from tests.strength.handmade.rows import Chapter, HandMade

ERRORS = Chapter(
    "errors",
    (
        HandMade(
            "of a refusal's several reasons only the first is told",
            "pinpoint.wire",
            'said = "; ".join(_said(error) for error in errors)',
            "said = _said(errors[0])",
        ),
        HandMade(
            "the vendor's words are replaced by ours",
            "pinpoint.wire",
            '        f"{operation}: {said}",\n        http_status=status,',
            '        f"{operation}: the vendor refused the request",\n        http_status=status,',
        ),
        HandMade(
            "the attribute that a refusal is about is not told",
            "pinpoint.wire",
            'return f"{detail} ({pointer})" if pointer else detail',
            "return detail",
        ),
        HandMade(
            "a closed job and a second application are plain invalid input",
            "pinpoint.wire",
            "kind = next((telling for words, telling in TELLING_WORDS if words in said.lower()), kind)",
            "pass",
        ),
        HandMade(
            "somebody who has applied already is told that the job is closed",
            "hub.codes",
            '(AlreadyExists, "ATS.APPLICATION_ALREADY_EXISTS"),',
            '(AlreadyExists, "ATS.JOB_CLOSED"),',
        ),
        HandMade(
            "a lacking permission has the code of a bad credential",
            "hub.codes",
            '(PermissionMissing, "INTEGRATION.PERMISSION_MISSING"),',
            '(PermissionMissing, "INTEGRATION.AUTHENTICATION_INVALID"),',
        ),
        HandMade(
            "a write of which nobody knows the outcome has the code of bad input",
            "hub.codes",
            '(OutcomeUnknown, "REMOTE.SERVICE_UNAVAILABLE"),',
            '(OutcomeUnknown, "REMOTE.INPUT_INVALID"),',
        ),
        HandMade(
            "a rate limit has the code of an outage",
            "hub.codes",
            '(RateLimited, "REMOTE.RATE_LIMIT_EXCEEDED"),',
            '(RateLimited, "REMOTE.SERVICE_UNAVAILABLE"),',
        ),
        HandMade(
            "the signature of a file's link stands in an error",
            "join.wire",
            "return f\"{reply.method} {reply.url.partition('?')[0].partition(API)[2] or '/'}\"",
            'return f"{reply.method} {reply.url}"',
        ),
        HandMade(
            "the session's token stands in an error",
            "asymbl.wire",
            "            raise self._considered(refusal(reply, needs))",
            "            error = self._considered(refusal(reply, needs))\n"
            '            error.args = (f"{error} (session {self._session.token if self._session else None})",)\n'
            "            raise error",
        ),
        HandMade(
            "a sync does not say why it failed",
            "hub.sync",
            'error = f"{type(failures[0]).__name__}: {failures[0]}" if failures else None',
            "error = None",
        ),
        HandMade(
            "an action does not say which permission it lacks",
            "hub.actions",
            "missing = [permission for permission in error.missing_permissions if permission not in str(error)]",
            "missing: list[str] = []",
        ),
        HandMade(
            "the column that a refusal is about is not told",
            "asymbl.refusals",
            ' + (f" (fields: {\', \'.join(fields)})" if fields else "")',
            "",
        ),
        HandMade(
            "the vendor's message is not told, only its code",
            "asymbl.refusals",
            "text = f\"{operation}: {status} {code or ''} {message}\"",
            "text = f\"{operation}: {status} {code or ''}\"",
        ),
        HandMade(
            "a web page is taken for an outage",
            "join.wire",
            '    if reply.content_type == "text/html":\n',
            '    if reply.content_type == "text/htm":\n',
            silent=False,
        ),
        HandMade(
            "a refused credential is a failure like any other",
            "hub.sync",
            '        return "AUTHENTICATION_FAILED"\n',
            '        return "FAILED"\n',
        ),
        HandMade(
            "a second application is a plain conflict",
            "asymbl.refusals",
            'case "DUPLICATE_VALUE" if "Contact_Job_Relationship__c" in message:',
            'case "DUPLICATE_VALUE" if "Contact_Job_Relationship__r" in message:',
        ),
        HandMade(
            "the vendor's code is not told",
            "pinpoint.wire",
            'return next((str(error["code"]) for error in errors[:1] if error.get("code")), None)',
            "return None",
        ),
        HandMade(
            "JOIN's message is not told",
            "join.wire",
            'return str(error.get("message", "(no message)")), None if kind is None else str(kind)',
            'return "refused", None if kind is None else str(kind)',
        ),
        HandMade(
            "a person who applied already is plain invalid input",
            "join.wire",
            '    if "already exists" in lowered:\n        return AlreadyExists\n',
            "",
        ),
        HandMade(
            "a page that is not there is an empty list",
            "join.wire",
            "        raise NotFound(text, **facts)",
            "        return",
        ),
        HandMade(
            "an action whose connector failed succeeded, with a warning",
            "hub.actions",
            "            return self._failed(code_of(error), _told(error), warnings)",
            '            warnings.append(Warning("failed", _told(error)))\n'
            "            return ActionOutcome(ok=True, data={}, warnings=self._texts(warnings))",
        ),
        HandMade(
            "the probe of a refused key says that nothing is permitted",
            "hub.hub",
            '                "error",\n                missing_permissions=error.missing_permissions,',
            '                "not_permitted",\n                missing_permissions=error.missing_permissions,',
        ),
        HandMade(
            "an invalid value is stored as null without a word",
            "hub.ingest",
            "diagnostics=(*(_strange(record, name) for name in strange), *problems),",
            "diagnostics=tuple(_strange(record, name) for name in strange),",
        ),
    ),
)
