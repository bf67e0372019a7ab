"""Right output by requests that nobody needed, or that the vendor asked not to send."""

from tests.strength.handmade.rows import Chapter, HandMade

MANNERS = Chapter(
    "manners",
    (
        HandMade(
            "when the day's requests are used up it goes on asking",
            "asymbl.refusals",
            "kind, wait = DayUsedUp, DAILY_LIMIT_RETRY",
            "kind, wait = RateLimited, None",
        ),
        HandMade(
            "every job is asked for once more by itself",
            "join.connector",
            '        for job in jobs:\n            recorder.add("Jobs", str(job["id"]), JobInContext(job, catalogue))',
            "        for job in jobs:\n            self.api.one(f\"/jobs/{job['id']}\")\n"
            '            recorder.add("Jobs", str(job["id"]), JobInContext(job, catalogue))',
        ),
        HandMade(
            "every application is asked for once more by itself",
            "join.connector",
            'return ApplicationsReader(self.api.pages("/applications", size=self._page_size), wanted).read()',
            'for row in self.api.listed("/applications"):\n            self.api.one(f"/applications/{row[\'id\']}")\n'
            '        return ApplicationsReader(self.api.pages("/applications", size=self._page_size), wanted).read()',
        ),
        HandMade(
            "after a 429 it asks again at once",
            "transport.retry",
            "                self._sleep(wait)\n",
            "                self._sleep(wait if isinstance(trouble, Unavailable) else 0)\n",
        ),
        HandMade(
            "a delta reads everything",
            "pinpoint.streams",
            "return Stream(self.name, self.feeds, self.delta)",
            "return Stream(self.name, self.feeds, False)",
        ),
        HandMade(
            "a delta reads all records of each list",
            "asymbl.reading",
            "            scan.since = self.changed_from()\n",
            "            scan.since = None\n",
        ),
        HandMade(
            "lists are asked for of which everything is off",
            "pinpoint.connector",
            "for listing in LISTINGS.values() if set(listing.feeds) & set(wanted))",
            "for listing in LISTINGS.values())",
        ),
        HandMade(
            "records are asked to include what is off",
            "pinpoint.streams",
            "return Ask(listing, tuple(part for part in listing.parts if part.wanted(wanted)), since=since)",
            "return Ask(listing, listing.parts, since=since)",
        ),
        HandMade(
            "after a refused credential it goes on with the next list",
            "hub.sync",
            "            if isinstance(failure, Unauthorized):\n                break",
            "            if isinstance(failure, str):\n                break",
        ),
        HandMade(
            "finished bulk jobs are left lying with people's data",
            "asymbl.scan",
            "                left = job.forget()\n",
            "                left = None\n",
        ),
        HandMade(
            "what the user may see is asked for again and again",
            "asymbl.schema",
            "        if sobject not in self._known:\n",
            "        if sobject:\n",
        ),
        HandMade(
            "the whole list of sources is read though no source is wanted",
            "asymbl.candidates",
            '        if "source" not in view.readable(MODEL, self.wanted[MODEL]):\n            return context\n        if self.sources is None:',
            "        if self.sources is None:",
        ),
        HandMade(
            "reference data are asked for though no field needs them",
            "join.connector",
            'categories = self.api.listed("/categories", english) if "category" in fields else []',
            'categories = self.api.listed("/categories", english)',
        ),
        HandMade(
            "the job is read before every create, answers or not",
            "pinpoint.actions",
            "        if not given.screening_question_answers:\n            return [], []\n",
            "",
        ),
        HandMade(
            "a denied list is asked for three times",
            "pinpoint.reading",
            "        except (PermissionMissing, NotFound) as refusal:\n            yield Page",
            "        except (PermissionMissing, NotFound) as refusal:\n            for _ in range(2):\n                try:\n"
            "                    talk.check()\n                except (PermissionMissing, NotFound):\n                    pass\n            yield Page",
        ),
        HandMade(
            "a probe reads whole pages",
            "pinpoint.probing",
            "        rows = talk.page(1, 1)\n",
            "        rows = talk.page(1, 1000)\n",
        ),
    ),
)
