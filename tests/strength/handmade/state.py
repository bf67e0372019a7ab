"""What a second sync makes of the first: changes, deletions, watermarks, interruptions."""

from tests.strength.handmade.rows import Chapter, HandMade

STATE = Chapter(
    "state",
    (
        HandMade(
            "what an action's answer does not show of a record is emptied until the next full sync",
            "hub.actions",
            "[self._completed(connection, found.row, found.left_out)]",
            "[found.row]",
        ),
        HandMade(
            "of whoever applied before is stored what the new application tells",
            "pinpoint.actions",
            "            records=(created_application(application, candidate_id, at_the_beginning=at_the_beginning),),\n"
            "            if_new=() if candidate_id is None else (created_person(application, candidate_id),),\n",
            "            records=(created_application(application, candidate_id, at_the_beginning=at_the_beginning),\n"
            "                     *(() if candidate_id is None else (created_person(application, candidate_id),))),\n",
        ),
        HandMade(
            "rows that only the past has shown do not come back when their model is turned on again",
            "hub.sync",
            "                self.records.bring_back(connection, model, outward, referring)\n",
            "                pass\n",
            at="join",
        ),
        HandMade(
            "the watermark counts page by page, before the stream came through",
            "hub.sync",
            '        if progress.state != "done":\n            return\n        covered = {',
            "        covered = {",
        ),
        HandMade(
            "the watermark advances though the stream failed",
            "hub.sync",
            'self.progress.advance(connection, sync.id, stream.name, replace(progress, state="failed"))',
            'self._advance(connection, sync, stream, replace(progress, state="done"))\n'
            '            self.progress.advance(connection, sync.id, stream.name, replace(progress, state="failed"))',
        ),
        HandMade(
            "a delta concludes deletions",
            "hub.sync",
            '                if sync.mode == "FULL":\n',
            "                if sync.mode:\n",
        ),
        HandMade(
            "records of a denied model are marked deleted",
            "hub.sync",
            'all(one is not None and one.state == "done" and (model, None) not in one.gaps for one in feeding)',
            'all(one is not None and one.state == "done" for one in feeding)',
        ),
        HandMade(
            "records of a stream that failed are marked deleted",
            "hub.sync",
            'all(one is not None and one.state == "done" and (model, None) not in one.gaps for one in feeding)',
            "all(one is not None and (model, None) not in one.gaps for one in feeding)",
        ),
        HandMade(
            "a record that is back stays deleted",
            "hub.records",
            "elif old.digest != digest or old.remote_deleted_at is not None:",
            "elif old.digest != digest:",
        ),
        HandMade(
            "deletions are never concluded",
            "hub.sync",
            "            self.records.mark_unseen(connection, model, sync.id)\n",
            "            continue\n",
        ),
        HandMade(
            "changed_at moves with every sync",
            "hub.records",
            "elif old.digest != digest or old.remote_deleted_at is not None:",
            "elif old.digest != digest or old.remote_deleted_at is not None or sync_id is not None:",
        ),
        HandMade(
            "changed_at does not move when only a nested value changed",
            "hub.records",
            "            digest = _digest(data)\n            old = known.get(place)",
            "            digest = _digest(_dumped({name: value for name, value in row.values.items() if not isinstance(value, list | dict)}))\n"
            "            old = known.get(place)",
        ),
        HandMade(
            "a record that changed only within a list keeps its old value",
            "hub.records",
            "            digest = _digest(data)\n            old = known.get(place)",
            "            digest = _digest(_dumped({name: value for name, value in row.values.items() if not isinstance(value, list)}))\n"
            "            old = known.get(place)",
        ),
        HandMade(
            "changed_at stands still when a record is deleted",
            "hub.records",
            '_MARKED = _changing(remote_deleted_at=bindparam("v_changed_at"), changed_at=bindparam("v_changed_at"))',
            '_MARKED = _changing(remote_deleted_at=bindparam("v_changed_at"))',
        ),
        HandMade(
            "the watermark is the latest change met, though the list changed while it was read",
            "pinpoint.reading",
            "        if self.ceiling is None or self.high is None:\n            return self.high",
            "        if self.ceiling is None or self.high is None or self.high > self.ceiling:\n            return self.high",
        ),
        HandMade(
            "a delta begins where the last one ended, without an overlap",
            "pinpoint.reading",
            "return (moment(since) - timedelta(seconds=self.overlap_seconds)).isoformat()",
            "return moment(since).isoformat()",
        ),
        HandMade(
            "the watermark is the client's own time",
            "pinpoint.reading",
            "warnings, mark.watermark, complete=complete)",
            "warnings, datetime.now(tz=UTC).isoformat(), complete=complete)",
        ),
        HandMade(
            "deleted records are not asked for in a delta",
            "asymbl.reading",
            "return self.last is not None and self.listing.has_deleted",
            "return False",
        ),
        HandMade(
            "a delta begins behind the last change and not at it",
            "asymbl.scan",
            'changed = [f"{stamp} >= {soql.time(self.since)}"',
            'changed = [f"{stamp} > {soql.time(self.since)}"',
        ),
        HandMade(
            "a delta begins where the last one ended, without an overlap",
            "asymbl.reading",
            "return None if self.last is None else self.last.moment - timedelta(seconds=self.settings.delta_overlap_seconds)",
            "return None if self.last is None else self.last.moment",
        ),
        HandMade(
            "a stage that is renamed does not change its applications",
            "asymbl.streams",
            '("Applications",), tells_of=("Candidates",), follows=("bpats__Stage__r",)),',
            '("Applications",), tells_of=("Candidates",)),',
        ),
        HandMade(
            "a work site that moves does not change its jobs",
            "asymbl.streams",
            'follows=("bpats__Work_Site_Location__r", "bpats__Hiring_Manager__r"),',
            'follows=("bpats__Hiring_Manager__r",),',
        ),
        HandMade(
            "a field that became visible is not read for old records",
            "asymbl.reading",
            'self.reshaped = self.last is not None and self.last.shape not in ("", shape_of(view, self.settings))',
            "self.reshaped = False",
        ),
        HandMade(
            "who has no application any more stays a candidate",
            "asymbl.candidates",
            "return Page(tuple(records), None, tuple(diagnostics), gone=gone)",
            "return Page(tuple(records), None, tuple(diagnostics))",
        ),
        HandMade(
            "who left a job's team stays on it",
            "asymbl.jobs",
            '            complete += [Ref(MODEL, row["Id"]) for row in living]',
            "            complete += []",
        ),
        HandMade(
            "a deleted or merged contact stays a candidate",
            "asymbl.candidates",
            'gone=tuple(Ref(MODEL, row["Id"]) for row in self._deleted()))',
            "gone=())",
        ),
        HandMade(
            "a field that was off and is on again stays empty for old records",
            "hub.sync",
            "        self.progress.narrow(connection, self.scope.fields)\n",
            "",
        ),
        HandMade(
            "a person who became a candidate by an application is missed in a delta",
            "asymbl.applications",
            "        return self.people.of(self.people_view, sorted(",
            "        return Page((), None) if self.people else self.people.of(self.people_view, sorted(",
        ),
        HandMade(
            "a delta after a grant does not read what was denied before",
            "hub.sync",
            "since = watermark if complete else None",
            "since = watermark if complete or covered else None",
        ),
        HandMade(
            "a record that was deleted and is read again by a delta stays deleted in the list",
            "hub.records",
            '    remote_deleted_at=None,\n    seen_in_sync=bindparam("v_sync"),',
            '    seen_in_sync=bindparam("v_sync"),',
        ),
        HandMade(
            "stages that no application stands in any more are deleted though JOIN keeps them",
            "join.manifest",
            "Model(name, fields, needs=(API,), streams=streams, depends_on=depends_on, delta=False, note=note, keeps_rows=keeps_rows)",
            "Model(name, fields, needs=(API,), streams=streams, depends_on=depends_on, delta=False, note=note)",
        ),
        HandMade(
            "who left a job's team stays on it, and stages and questions taken off it stay, until all is read again",
            "pinpoint.reading",
            "complete = () if since is None else records.whole(step.rows, talk.lost)",
            "complete = ()",
        ),
        HandMade(
            "who is no user of the agency any more stays one",
            "asymbl.streams",
            "            outside=\"UserType != 'Standard'\",\n",
            "",
        ),
        HandMade(
            "a contact whose record type changed stays a candidate",
            "asymbl.candidates",
            'if self.settings.candidates != "record_type":\n            return ""',
            'if True:\n            return ""',
        ),
    ),
)
