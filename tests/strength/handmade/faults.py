"""Outages, limits, broken answers: waited out wrongly, or taken for an answer."""

from tests.strength.handmade.rows import Chapter, HandMade

FAULTS = Chapter(
    "faults",
    (
        HandMade(
            "a write is repeated after an answer was lost",
            "transport.retry",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)))",
            "repeatable=lambda trouble: True)",
        ),
        HandMade(
            "a write is repeated after a 5xx",
            "transport.retry",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)))",
            "repeatable=lambda trouble: isinstance(trouble, (RateLimited, NotSent)) or trouble.http_status is not None)",
        ),
        HandMade(
            "Retry-After is ignored",
            "transport.retry",
            "        if trouble.retry_after is not None:\n",
            "        if trouble.retry_after is not None and trouble.retry_after > patience.at_most:\n",
        ),
        HandMade(
            "a Retry-After that is a date is not understood",
            "transport.retry",
            "return None if until is None or now is None else max(0.0, (until - now).total_seconds())",
            "return None if until is None or now is None else 0.0",
        ),
        HandMade(
            "a Retry-After that is a date is measured by the client's clock",
            "transport.retry",
            "max(0.0, (until - now).total_seconds())",
            "max(0.0, (until - datetime.now(tz=UTC)).total_seconds())",
        ),
        HandMade(
            "it comes back earlier than it was asked to",
            "transport.retry",
            "return trouble.retry_after + self._random.random() if",
            "return self._jittered(trouble.retry_after) if",
        ),
        HandMade(
            "an outage of a moment is not waited out",
            "transport.retry",
            "Unavailable: Patience(tries=5, first=0.5, at_most=30.0),",
            "Unavailable: Patience(tries=1, first=0.5, at_most=30.0),",
            silent=False,
        ),
        HandMade(
            "it knocks without end",
            "transport.retry",
            "RateLimited: Patience(tries=9, first=1.0, at_most=120.0),",
            "RateLimited: Patience(tries=400, first=1.0, at_most=120.0),",
            silent=False,
        ),
        HandMade(
            "between two tries it does not wait",
            "transport.retry",
            "                self._sleep(wait)\n",
            "                self._sleep(0 if trouble.retry_after is None else wait)\n",
        ),
        HandMade(
            "a 5xx in the middle of a list is its end",
            "asymbl.scan",
            "            page = self.wire.more(page.next)\n            yield Batch(page.rows, page.next is not None)",
            "            try:\n                page = self.wire.more(page.next)\n            except Unavailable:\n"
            "                yield Batch((), False)\n                return\n            yield Batch(page.rows, page.next is not None)",
        ),
        HandMade(
            "a 5xx on a later page is an empty page",
            "pinpoint.talk",
            "        rows = self._agreed(lambda: self._list(self.ask, number, size))\n",
            "        try:\n            rows = self._agreed(lambda: self._list(self.ask, number, size))\n        except ConnectorError as error:\n"
            "            if number == 1 or (error.http_status or 0) < 500:\n                raise\n            return ()\n",
        ),
        HandMade(
            "an answer that is cut off is an empty list",
            "join.wire",
            "        raise AnswerLost(text, http_status=reply.status, operation=_operation(reply)) from error",
            "        del text, error\n        return []",
        ),
        HandMade(
            "an answer that is cut off is an empty document",
            "pinpoint.wire",
            '        raise Unavailable(f"{operation}: the answer is not whole JSON", **found) from error  # type: ignore[arg-type]',
            '        return {"data": []}',
        ),
        HandMade(
            "a timeout while reading counts as not sent, so that writes are repeated",
            "transport.client",
            "_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)",
            "_NEVER_LEFT = (httpx.ConnectError, httpx.TimeoutException, httpx.RemoteProtocolError)",
        ),
        HandMade(
            "a bulk result that is cut off is taken for whole",
            "asymbl.bulk",
            "if expected is not None and expected.isdecimal() and int(expected) != len(found):",
            "if expected is not None and expected.isdecimal() and int(expected) < len(found):",
        ),
        HandMade(
            "a session that ended in the middle is not renewed",
            "asymbl.wire",
            "if reply.status != 401 or not self._sign_in.renewable or",
            "if reply.status != 401 or self._sign_in.renewable or",
            silent=False,
        ),
        HandMade(
            "the header that tells how long to wait is read as milliseconds",
            "join.wire",
            'return float(reply.headers["x-ratelimit-reset"])',
            'return float(reply.headers["x-ratelimit-reset"]) / 1000',
        ),
        HandMade(
            "a 502 is no passing trouble",
            "transport.retry",
            "frozenset({408, 425, 429, 500, 502, 503, 504})",
            "frozenset({408, 425, 429, 500, 503, 504})",
            silent=False,
        ),
        HandMade(
            "a 429 on a read is not waited out",
            "join.wire",
            "        raise RateLimited(text, retry_after=_reset(reply), **facts)",
            "        raise UnexpectedReply(text, **facts)",
            silent=False,
        ),
        HandMade(
            "a record that somebody else has locked fails the write",
            "asymbl.refusals",
            '"UNABLE_TO_LOCK_ROW": RowLocked,',
            '"UNABLE_TO_LOCK_ROW": Conflict,',
            silent=False,
        ),
        HandMade(
            "one stream that fails ends the sync",
            "hub.sync",
            "            if isinstance(failure, Unauthorized):\n                break",
            "            if failure is not None:\n                break",
        ),
        HandMade(
            "a sync in which a stream failed succeeded",
            "hub.sync",
            'return "PARTIALLY_FAILED" if "done" in states else "FAILED"',
            'return "SUCCEEDED" if "done" in states else "FAILED"',
        ),
        HandMade(
            "a bulk job that failed is an empty list",
            "asymbl.scan",
            "        job.wait()\n        pages = job.pages(self.view, rows=self.settings.bulk_page_rows)\n",
            "        try:\n            job.wait()\n        except BulkImpossible:\n            yield Batch((), False)\n            return\n"
            "        pages = job.pages(self.view, rows=self.settings.bulk_page_rows)\n",
        ),
        HandMade(
            "a locator that is gone ends the list",
            "asymbl.scan",
            "                if place == came_to:\n"
            '                    raise Unavailable(f"{self.view.sobject}: the list breaks off at the same place again: {gone}") from gone\n'
            "                came_to = place\n",
            "                del gone\n                yield Batch((), False)\n                return\n",
        ),
        HandMade(
            "trouble inside the good answer to a composite is not waited out",
            "asymbl.wire",
            'done: list[dict[str, Any]] = self.write("POST", "/composite", body, opened=lambda told: self._all_done(steps, told))',
            'done = self._all_done(steps, self.write("POST", "/composite", body))',
            silent=False,
        ),
        HandMade(
            "a query that took too long is refused for good",
            "asymbl.refusals",
            '    "QUERY_TIMEOUT": Unavailable,\n',
            "",
            silent=False,
        ),
        HandMade(
            "a record that somebody else is changing is refused for good",
            "asymbl.refusals",
            '    "UNABLE_TO_LOCK_ROW": RowLocked,\n',
            "",
            silent=False,
        ),
    ),
)
