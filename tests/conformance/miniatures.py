"""For each check, a connector that is wrong in one way and turns exactly that check red. A new check comes with a row here.

Most stand at Harbor, the invented vendor, whose whole suite takes seconds; those that need more than it has stand at a real one.
`beside` names checks that must turn red with it, because what they demand contains what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from connectors.unified.connector import Diagnostic
from connectors.unified.service import ActionOutcome, SyncOutcome
from tests.conformance.wrong import connectors as spoilt
from tests.conformance.wrong import harbor, join, spoiling
from tests.conformance.wrong.service import Wrong

Defect = Literal["access honesty", "completeness", "mapping", "identity", "state", "faults", "writes", "errors", "manners", "configuration"]


@dataclass(frozen=True)
class Miniature:
    """One connector that is wrong in one way."""

    check: str
    defect: Defect
    what: str
    """What is wrong with it."""
    wrong: Wrong = field(repr=False)
    silent: bool = False
    """It shows in nothing but plausible, wrong output."""
    beside: tuple[str, ...] = ()
    vendor: str = "harbor"
    checks: tuple[str, ...] = ()
    """Instead of the check's chapter, only these (and itself), where the chapter takes long."""

    def __str__(self) -> str:
        return f"{self.check}: {self.what}"


def _m(check: str, defect: Defect, what: str, *, silent: bool = False, beside: tuple[str, ...] = (), vendor: str = "harbor",
       checks: tuple[str, ...] = (), **wrong: Any) -> Miniature:  # fmt: skip
    return Miniature(check, defect, what, Wrong(**wrong), silent, beside, vendor, checks)


api = harbor.speaking
MINIATURES = (
    # ---------------------------------------------------------------------------------------------------- manifest
    _m("MAN-1", "configuration", "a feature of the card is not promised", manifest=lambda told: told["features"].pop("Delta Syncs")),
    _m("MAN-2", "configuration", "another note is published than the connector has", published=lambda told: told["models"]["Jobs"].update(note="none")),
    _m("MAN-3", "configuration", "an input needs a permission that the vendor does not have",
       manifest=lambda told: (told["actions"][spoiling.NOTE]["fields"]["content"].update(needs=["sing"]), told["permissions"].append("sing"))),
    _m("MAN-4", "configuration", "a permission that is needed is missing from the list", manifest=lambda told: told["permissions"].remove("see crew")),
    _m("MAN-5", "configuration", "it asks for a token where the vendor gives a key", manifest=lambda told: told["credential"][0].update(name="token")),
    _m("MAN-6", "configuration", "a model depends on one that is not promised", manifest=lambda told: told["models"]["Jobs"].update(depends_on=["Offers"])),
    _m("MAN-7", "configuration", "a setting that nobody knows is passed over", connector=spoiling.forgiving_settings),
    _m("MAN-7", "configuration", "a page size that is none is passed over", connector=spoiling.taking_any_value),
    _m("MAN-8", "configuration", "JOIN: an API path on the address is taken for a part of it", vendor="join", checks=("MAN-7",),
       connector=spoiling.keeping_the_path("/v2")),
    _m("MAN-8", "configuration", "an address with a slash at its end is refused", connector=spoiling.minding_slashes),
    _m("MAN-9", "configuration", "a key with an end of line behind it is refused", connector=spoiling.minding_line_ends),
    _m("MAN-10", "configuration", "Asymbl: blanks are taken off passwords", silent=True, vendor="asymbl", checks=("MAN-5",),
       connector=spoiling.trimming_passwords),
    # ------------------------------------------------------------------------------------------------------- pages
    _m("SYN-1", "access honesty", "a field is called denied though every permission is held",
       sync=spoiling.saying(Diagnostic("Users", "not_permitted", "email", ("see crew",)))),
    _m("SYN-2", "errors", "it warns of something that was not left out", sync=spoiling.warning("hats_left_out: 3 hats")),
    _m("SYN-3", "access honesty", "what the vendor masks is null without a word", silent=True, vendor="pinpoint", checks=("SYN-1", "SYN-2"),
       sync=spoiling.keeping_quiet("masked")),
    _m("SYN-4", "access honesty", "the vendor's placeholder is passed on within an address", silent=True, vendor="pinpoint", checks=("SYN-1", "SYN-2"),
       rows=spoiling.values("Candidates", "location", lambda home: {**(home or {}), "city": "Hidden due to blind screening"}, "7033")),
    _m("PAG-1", "completeness", "one record never arrives", silent=True, rows=spoiling.without("Jobs", "12")),
    _m("PAG-2", "completeness", "only the first page is read", silent=True, beside=("PAG-5",), connector=spoilt.spoiling_read(spoiling.first_page_only)),
    _m("PAG-5", "completeness", "three records on a page are taken for the whole list", silent=True,
       connector=spoilt.spoiling_read(spoiling.full_first_page_only)),
    _m("PAG-3", "completeness", "pages are counted while the list shrinks", silent=True, vendor="join", checks=("PAG-1", "PAG-2"),
       connector=join.counting_pages),
    _m("PAG-4", "completeness", "what is left of a list after an hour is lost", silent=True, connector=api(harbor.ForgetsOvernight)),
    # ------------------------------------------------------------------------------------------------------ fields
    _m("FLD-1", "mapping", "names are cut to ten characters", silent=True, rows=spoiling.values("Jobs", "name", lambda text: text and text[:5])),
    _m("FLD-2", "identity", "ids are numbers of our own", rows=spoiling.values("Users", "id", lambda text: f"user-{len(text)}-{text[:4]}")),
    _m("FLD-6", "identity", "ids are made of the vendor's alone", silent=True, rows=spoiling.ids_of_the_vendors),
    _m("FLD-3", "state", "no record says when it changed", rows=spoiling.values("Users", "changed_at", lambda text: None)),
    _m("FLD-4", "mapping", "a field that is not promised has a value", silent=True, rows=spoiling.adding("Users", "last_name", "Doe")),
    _m("FLD-5", "mapping", "date-times are passed on as the vendor writes them", silent=True,
       rows=spoiling.values("Jobs", "remote_updated_at", lambda text: text and text.replace(".000Z", "Z"))),
    _m("PTB-1", "mapping", "one record's value is written into the code", silent=True, rows=spoiling.values("Jobs", "name", lambda text: "Deck hand", "10")),
    _m("PTB-2", "state", "what a connection has read once it never reads again", silent=True, rows=spoiling.remembering("Users")),
    # ------------------------------------------------------------------------------------------------------- delta
    _m("DLT-1", "state", "a delta sync passes over one list", silent=True, beside=("DLT-13", "DLT-17"),
       connector=spoilt.spoiling_read(spoiling.no_delta_of("crew"))),
    _m("DLT-2", "state", "a delta sync asks for what is newer than the newest", silent=True, beside=("DLT-14",),
       connector=spoilt.spoiling_read(spoiling.strictly_newer)),
    _m("DLT-3", "state", "the second delta sync starts too late", silent=True, beside=("DLT-13",), connector=spoilt.spoiling_read(spoiling.second_delta_late)),
    _m("DLT-4", "manners", "a delta sync reads everything", connector=spoilt.spoiling_read(spoiling.ignoring_since)),
    _m("DLT-14", "state", "what changes while a list is read is passed over", silent=True, checks=("PAG-1", "PAG-2"),
       connector=spoilt.spoiling_read(spoiling.late_by_an_hour)),
    _m("DLT-15", "state", "a record that goes keeps its changed_at", silent=True, rows=spoiling.going_unnoticed),
    _m("DLT-16", "state", "what a first sync did not come to is never read", silent=True, sync=spoiling.content_with_half),
    _m("DLT-13", "state", "what a delta sync that failed has missed is lost", silent=True,
       connector=spoilt.spoiling_read(spoiling.going_on_after_a_failure)),
    _m("DLT-17", "state", "a delta sync leaves e-mail addresses as they are", silent=True, rows=spoiling.stale_in_deltas("Users", "email")),
    _m("DLT-18", "state", "Asymbl: a delta sync leaves the outcome that hangs on another record", silent=True, vendor="asymbl", checks=("PAG-1",),
       rows=spoiling.stale_in_deltas("Applications", "outcome")),
    _m("DLT-5", "state", "after a delta sync what it did not bring counts as deleted", silent=True, read=spoiling.deleted_after_delta),
    _m("DLT-6", "state", "deleted records live on", silent=True, beside=("DLT-15",), rows=spoiling.keeping_all),
    _m("DLT-7", "state", "a deletion empties another record", silent=True, rows=spoiling.emptied_by_deletion),
    _m("DLT-8", "identity", "who comes back has another id", silent=True, rows=spoiling.returning_as_another),
    _m("DLT-9", "state", "changed_at moves with every sync", silent=True, rows=spoiling.always_changed),
    _m("DLT-10", "state", "changed_at never moves", silent=True, beside=("DLT-15",), rows=spoiling.never_changed),
    _m("DLT-11", "identity", "a new credential makes new ids", silent=True, rows=spoiling.ids_by_credential),
    _m("DLT-12", "state", "a first sync that is asked for as a delta brings nothing", silent=True, sync=spoiling.trusting_an_empty_store),
    _m("INT-3", "state", "a delta sync that was killed counts as done", silent=True, sync=spoiling.content_with_a_killed_delta,
       interrupted=spoiling.noting_a_kill),
    _m("INT-1", "state", "after a crash one page is passed over", silent=True, connector=spoilt.spoiling_read(spoiling.skipping_after_crash)),
    _m("INT-1", "state", "JOIN: after a crash behind the second page one is passed over", silent=True, vendor="join", checks=("PAG-1",),
       connector=spoilt.spoiling_read(spoiling.skipping_a_later_page)),
    _m("FLD-2", "identity", "JOIN: options are numbered within their question", silent=True, vendor="join", checks=("PAG-1",),
       rows=spoiling.options_by_number),
    _m("INT-2", "state", "after a crash everything is read again", interrupted=spoiling.from_scratch),
    # ----------------------------------------------------------------------------------------------------- retries
    _m("RTY-1", "faults", "a 429 with Retry-After ends the sync", beside=("RTY-12",), connector=api(harbor.FailsAtHints)),
    _m("RTY-2", "faults", "a tenth of Retry-After is waited", beside=("RTY-12",), connector=api(harbor.HurriesAfterHints)),
    _m("RTY-3", "faults", "a 429 without Retry-After ends the sync", connector=api(harbor.FailsWithoutHints)),
    _m("RTY-4", "faults", "without Retry-After it asks again at once", beside=("RTY-11",), connector=spoilt.with_sleep(spoiling.no_short_waits)),
    _m("RTY-5", "faults", "a 503 ends the sync", connector=api(harbor.FailsAt503)),
    _m("RTY-6", "faults", "a connection cut before the answer ends the sync", connector=api(harbor.FailsAtCuts)),
    _m("RTY-7", "faults", "half an answer is taken for the last page", silent=True, connector=api(harbor.TakesHalves)),
    _m("RTY-8", "faults", "incomplete JSON is taken for an empty page", silent=True, connector=api(harbor.SalvagesJson)),
    _m("RTY-10", "faults", "of a vendor's failures only 503 is tried again", connector=api(harbor.KnowsOnly503)),
    _m("RTY-13", "faults", "what the vendor puts off in its own words ends the sync", connector=api(harbor.TakesBusyPagesForNo)),
    _m("RTY-9", "faults", "it never gives up", connector=api(harbor.NeverGivesUp)),
    _m("RTY-12", "faults", "a Retry-After that is a date is not understood", connector=api(harbor.KnowsNoDates)),
    _m("RTY-11", "faults", "after a 503 it asks again at once", connector=api(harbor.HurriesAfterOutages)),
    # ----------------------------------------------------------------------------------------------------- manners
    _m("MNR-1", "manners", "after a 401 it asks the same again", connector=api(harbor.InsistsAfter401)),
    _m("MNR-2", "manners", "after a 403 it asks the same again", connector=api(harbor.InsistsAfter403)),
    _m("MNR-3", "manners", "the probe tries whether it can write", beside=("MNR-4",),
       connector=spoilt.also_asking("POST", "/bids/30/notes", when="probe", data={"text": "probe"})),
    _m("MNR-4", "configuration", "a permission that it uses is not named",
       manifest=spoiling.hiding_needs("Users", "see crew")),
    _m("MNR-5", "manners", "it sends a parameter that nobody reads", vendor="join", checks=("MNR-3", "MNR-4"),
       connector=spoilt.also_asking("GET", "/jobs", params={"colour": "blue"})),
    _m("MNR-6", "manners", "it asks for pages of 500", connector=spoilt.also_asking("GET", "/crew", params={"limit": 500})),
    _m("MNR-7", "manners", "JOIN: each application is asked for once more by itself", vendor="join", checks=("MNR-3", "MNR-4", "MNR-5"),
       connector=spoilt.asking_each("/applications/{}", "Applications")),
    _m("MNR-9", "manners", "each list is tried with a key that was refused", connector=spoilt.wrapped_in(spoilt.CallingItAnOutage), checks=("MNR-2",)),
    _m("MNR-10", "manners", "a limit that ends tomorrow is asked against again and again", connector=api(harbor.InsistsAllDay), checks=("MNR-2",)),
    _m("MNR-11", "manners", "bulk jobs that were read are left lying", silent=True, vendor="asymbl", checks=("SYN-1",),
       connector=spoilt.leaving_jobs_lying),
    _m("MNR-12", "manners", "JOIN: a probe reads a whole page of people", vendor="join", checks=("MNR-3", "MNR-4", "MNR-5"),
       connector=spoilt.also_asking("GET", "/applications", when="probe", params={"page": 1, "pageSize": 50})),
    _m("MNR-13", "manners", "each list is read in a session of its own", vendor="asymbl", checks=("MNR-3", "SYN-1"), connector=spoilt.reading_anew),
    _m("MNR-14", "manners", "during an outage it asks again every second", connector=api(harbor.WaitsAlike), checks=("MNR-2",)),
    _m("MNR-8", "manners", "before each list it looks whether the vendor is there", checks=("MNR-3",),
       connector=spoilt.asking_often("/crew", 1, params={"limit": 1})),
    # ------------------------------------------------------------------------------------------------------ errors
    _m("ERR-1", "errors", "a bad key is called a failure of the vendor", sync=spoiling.first_state("AUTHENTICATION_FAILED", "FAILED")),
    _m("ERR-2", "access honesty", "with a bad key the probe calls everything readable", probe=spoiling.all_readable),
    _m("ERR-3", "errors", "a wrong host is called a bad key", sync=spoiling.state_when("NotSent", "AUTHENTICATION_FAILED")),
    _m("ERR-3", "errors", "a web page is waited out like an outage", connector=api(harbor.WaitsForWebPages)),
    _m("ERR-12", "access honesty", "the probe of a bad key says that nothing is permitted", probe=spoiling.nothing_permitted),
    _m("ERR-13", "errors", "every refusal is said to be a 404", beside=("ERR-7",), sync=spoiling.said_otherwise(http_status=404)),
    _m("ERR-13", "errors", "the vendor's code is not passed on", vendor="pinpoint", checks=("SYN-1",), sync=spoiling.said_otherwise(vendor_code=None)),
    _m("ERR-8", "errors", "JOIN: the signature of a file's link stands in an error", vendor="join", checks=("ACT-2", "ACT-3", "ACT-26"),
       connector=join.telling_links),
    _m("ERR-4", "errors", "an account without an API is called read in part", sync=spoiling.state_when("no API", "PARTIALLY_FAILED")),
    _m("ERR-5", "access honesty", "without any permission the account looks empty", silent=True, sync=spoiling.silent_when_nothing_is_allowed),
    _m("ERR-6", "errors", "a key that ends in the middle is not mentioned", silent=True, sync=spoiling.later_state("AUTHENTICATION_FAILED", "SUCCEEDED")),
    _m("ERR-7", "errors", "a later failure is not mentioned", silent=True, sync=spoiling.later_state("PARTIALLY_FAILED", "SUCCEEDED")),
    _m("ERR-8", "errors", "a warning shows the key", sync=spoiling.telling_the_key),
    _m("ERR-9", "errors", "where nobody answers a sync fails without a word", sync=spoiling.without_reason("NotSent")),
    _m("ERR-11", "faults", "one list fails, and nothing is shown of the others", silent=True, rows=spoiling.nothing_when_in_part),
    _m("ERR-10", "configuration", "certificates are not looked at", silent=True, connector=spoiling.trusting_anybody),
    # ----------------------------------------------------------------------------------------------------- actions
    _m("ACT-1", "writes", "long texts are cut", silent=True, act=spoiling.cutting),
    _m("ACT-2", "writes", "everything is written twice", silent=True, beside=("ACT-10",), act=spoiling.twice),
    _m("ACT-2", "configuration", "an action that writes is promised as one that reads",
       manifest=lambda told: told["actions"][spoiling.NOTE].update(writes=False)),
    _m("DLT-4", "manners", "the second of two quiet delta syncs reads everything", connector=spoilt.spoiling_read(spoiling.forgetting_quiet_marks)),
    _m("ACT-3", "writes", "what was refused is reported as done", silent=True, act=spoiling.outcome_when("REMOTE.INPUT_INVALID", ok=True, code=None)),
    _m("ACT-4", "errors", "every refusal has the same code", act=spoiling.outcome_when("REMOTE.INPUT_INVALID", code="REMOTE.SERVICE_UNAVAILABLE")),
    _m("ACT-5", "writes", "it warns though nothing was left out", act=spoiling.outcome_when(None, warnings=("something_left_out: your hat",))),
    _m("ACT-6", "identity", "the new record's id is not that of the next sync", silent=True, vendor="join", checks=("ACT-2", "ACT-3"), act=spoiling.other_ids),
    _m("ACT-7", "errors", "a lacking permission is called a wrong input",
       act=spoiling.outcome_when("INTEGRATION.PERMISSION_MISSING", code="REMOTE.INPUT_INVALID")),
    _m("ACT-7", "access honesty", "a permission that is held is called missing besides", act=spoiling.naming_besides("see crew")),
    _m("ACT-8", "writes", "members that it does not know are passed over", silent=True, act=spoiling.forgiving),
    _m("ACT-9", "writes", "a write whose answer was lost is sent again", silent=True, act=spoiling.again_when_unsure),
    _m("ACT-23", "writes", "a write that is put off in the vendor's own words is given up", connector=api(harbor.TakesBusyBidsForNo)),
    _m("ACT-10", "faults", "a write that was refused by a rate limit is given up", connector=api(harbor.GivesUpLimitedWrites)),
    _m("ACT-10", "writes", "what is sent again after a limit is half of it", silent=True, connector=api(harbor.CutsWhatItRepeats)),
    _m("ACT-14", "writes", "JOIN: a failed create is done because of an application to another job", silent=True, vendor="join",
       checks=("ACT-2", "ACT-3"), connector=join.adopting_any_job),
    _m("ACT-2", "writes", "Pinpoint: who does not say where they live lives in the United Kingdom", silent=True, vendor="pinpoint",
       checks=("ACT-11",), act=spoiling.with_a_country),
    _m("ACT-21", "mapping", "JOIN: files that are read lose the end of their last line", silent=True, vendor="join", checks=("ACT-6",),
       act=spoiling.without_line_ends),
    _m("ACT-20", "writes", "Pinpoint: answers that do not fit their question are left out", silent=True, vendor="pinpoint",
       checks=("ACT-2", "ACT-3"), act=spoiling.without_refused_answers),
    _m("ACT-11", "manners", "before it acts it asks with a parameter that nobody reads", vendor="join", checks=("ACT-2", "ACT-3"),
       connector=spoilt.also_asking("GET", "/jobs", when="act", params={"pageSize": 1, "colour": "blue"})),
    _m("ACT-12", "writes", "a second, equal call is answered from memory", silent=True, vendor="join", checks=("ACT-2", "ACT-3"), act=spoiling.from_memory),
    _m("ACT-13", "configuration", "an action looks into a list of which its promise says nothing",
       connector=spoilt.also_asking("GET", "/crew", when="act", params={"limit": 1})),
    _m("ACT-14", "writes", "a write that failed is reported as done", silent=True, beside=("ACT-16",), act=spoiling.always_done),
    _m("ACT-16", "faults", "a write that is never taken is tried again and again", connector=api(harbor.WritesForEver)),
    _m("ACT-15", "writes", "JOIN: what is not promised is left out without a word", silent=True, vendor="join", checks=("ACT-2", "ACT-3"),
       act=spoiling.unwarned_leaving_out),
    _m("ACT-18", "identity", "JOIN: files have other ids each time", silent=True, vendor="join", checks=("ACT-2", "ACT-3"), act=spoiling.ids_by_turn),
    _m("ACT-19", "errors", "a rate limit is called an outage", act=spoiling.outcome_when("REMOTE.RATE_LIMIT_EXCEEDED", code="REMOTE.SERVICE_UNAVAILABLE")),
    _m("ACT-26", "errors", "for a bad key an action has no code of its own",
       act=spoiling.outcome_when("INTEGRATION.AUTHENTICATION_INVALID", code="REMOTE.UNKNOWN_HTTP_ERROR")),
    _m("ACT-26", "errors", "JOIN: that a file cannot be had is blamed on the input", vendor="join", checks=("ACT-2", "ACT-3"),
       act=spoiling.failing_reads_blamed_on_the_input),
    _m("ACT-16", "errors", "that the vendor is down is called an error that nobody knows",
       act=spoiling.outcome_when("REMOTE.SERVICE_UNAVAILABLE", code="REMOTE.UNKNOWN_HTTP_ERROR")),
    _m("ACT-17", "errors", "the vendor's words are replaced by our own", act=spoiling.outcome_when("REMOTE.INPUT_INVALID", message="The input is not valid.")),
    _m("ACT-16", "writes", "JOIN: that a part of it failed is not told", silent=True, vendor="join", checks=("ACT-2", "ACT-3"),
       act=spoiling.unwarned_failures),
    # ------------------------------------------------------------------------------------------------------ quirks
    _m("QRK-1", "mapping", "states in capitals are unknown", silent=True, connector=api(harbor.CaseSensitive)),
    _m("QRK-2", "access honesty", "JOIN: what its answers have no key for is null without a word", silent=True, vendor="join",
       checks=("SYN-1", "PAG-1"), sync=spoiling.keeping_quiet("unsupported")),
    # ------------------------------------------------------------------------------------------------- permissions
    _m("PRM-1", "access honesty", "what is denied is not mentioned", silent=True, beside=("PRM-6",), sync=spoiling.keeping_quiet()),
    _m("PRM-2", "access honesty", "one denial, and nothing is delivered", beside=("PRM-6",), rows=spoiling.nothing_beside_a_denial),
    _m("PRM-10", "access honesty", "a denial does not say which permission is missing", sync=spoiling.naming_nothing),
    _m("PRM-3", "access honesty", "the probe calls everything readable", silent=True, probe=spoiling.all_readable),
    _m("PRM-3", "access honesty", "whatever a probe is asked about, its reason speaks of one field", probe=spoiling.speaking_of_another),
    _m("PRM-11", "access honesty", "what is denied is told by the first sync alone", silent=True, sync=spoiling.telling_once()),
    _m("PRM-4", "state", "what was denied once is never read", silent=True, sync=spoiling.no_deltas),
    _m("PRM-5", "state", "what may no longer be read counts as deleted", silent=True, read=spoiling.deleted_by_denial),
    _m("PRM-6", "access honesty", "two denials take a third list with them", silent=True, rows=spoiling.two_denials_take_jobs),
    _m("PRM-7", "writes", "an action without its permission is reported as done", silent=True,
       act=spoiling.outcome_when("INTEGRATION.PERMISSION_MISSING", ok=True, code=None)),
    _m("PRM-7", "access honesty", "a permission that is held is called missing besides", act=spoiling.naming_besides("see crew")),
    _m("PRM-8", "access honesty", "what is empty is called denied", sync=spoiling.calling_empty_denied),
    _m("PRM-9", "configuration", "a model names one permission too many",
       manifest=lambda told: told["models"]["Users"].update(needs=["see crew", "see berths"])),
    # ------------------------------------------------------------------------------------------------------ scopes
    _m("SCP-1", "configuration", "a field that was switched off keeps its values", silent=True, beside=("SCP-15",),
       rows=spoiling.keeping_field("Users", "email")),
    _m("SCP-15", "configuration", "a delta sync leaves the values of a field that was switched off", silent=True,
       rows=spoiling.stale_in_deltas("Users", "email")),
    _m("SCP-2", "configuration", "a field that was switched off takes its neighbour along", silent=True, rows=spoiling.taking_the_neighbour),
    _m("SCP-3", "access honesty", "nothing says that a null is one by choice", silent=True, sync=spoiling.keeping_quiet("disabled_by_scope_config")),
    _m("SCP-4", "configuration", "a model that was switched off is still shown", silent=True, read=spoiling.always_showing("Jobs")),
    _m("SCP-5", "configuration", "what depends on a model stays when it goes", silent=True, beside=("SCP-12",),
       manifest=lambda told: told["models"]["Applications"].update(depends_on=["Candidates"])),
    _m("SCP-6", "configuration", "switching one model off empties another", silent=True, read=spoiling.emptied_by_switching),
    _m("SCP-7", "identity", "a model comes back with other ids", silent=True, rows=spoiling.other_ids_after_switching),
    _m("SCP-10", "state", "after many changes of the scope config records are lost", silent=True, rows=spoiling.lost_after_many_changes),
    _m("SCP-8", "configuration", "who opted out is synced all the same", scope=spoiling.no_opting_out),
    _m("SCP-7", "state", "what was switched off and on again has its old changed_at", silent=True, checks=("SCP-4",), rows=spoiling.never_changed),
    _m("SCP-16", "configuration", "JOIN: what an action made is kept with fields that are off", silent=True, vendor="join", checks=("SCP-1",),
       rows=spoiling.showing_what_was_made, act=spoiling.remembering_that_it_acted),
    _m("SCP-17", "configuration", "another credential lets in what was switched off", silent=True, rows=spoiling.letting_in_after_a_new_credential),
    _m("SCP-9", "configuration", "actions cannot be switched off", scope=spoiling.without_actions),
    _m("SCP-11", "configuration", "a scope config of unknown names is taken", target=spoiling.only_known_scope),
    _m("SCP-12", "manners", "a list is asked for though all of it is off", connector=spoilt.also_asking("GET", "/crew", params={"limit": 1})),
    _m("SCP-14", "manners", "JOIN: names are looked up that nobody asked for", vendor="join", checks=("SCP-1",),
       connector=spoilt.asking_often("/categories", 1, params={"language": "en"})),
    _m("SCP-14", "manners", "Pinpoint: whatever is off, everything is asked for", vendor="pinpoint", checks=("SCP-1",), beside=(),
       connector=spoilt.asking_for_parts),
    _m("SCP-13", "state", "what is switched on again waits for the next full sync", silent=True, beside=("SCP-15",), sync=spoiling.no_deltas_after_switching),
    # ------------------------------------------------------------------------------------------------------ matrix
    _m("MTX-1", "access honesty", "without any permission the account looks empty", silent=True, sync=spoiling.silent_when_nothing_is_allowed),
    _m("MTX-2", "access honesty", "the probe calls a field readable whose model is denied", silent=True, probe=spoiling.first_field_readable),
    _m("MTX-2", "access honesty", "whatever a probe is asked about, its reason speaks of one field", probe=spoiling.speaking_of_another),
    _m("MTX-3", "access honesty", "a value that became blank is called denied", sync=spoiling.calling_a_blank_denied),
    _m("MTX-4", "manners", "what was refused is asked for again and again", connector=api(harbor.InsistsMuch)),
    _m("MTX-5", "access honesty", "two connections of one process share what they have read", silent=True, rows=spoiling.shared_by_all()),
    _m("MTX-5", "configuration", "the key of the last connection counts for all", connector=api(harbor.SharesItsKey)),
    _m("MTX-6", "configuration", "a model names one permission too many",
       manifest=lambda told: told["models"]["Users"].update(needs=["see crew", "see berths"])),
    _m("MTX-7", "writes", "an action without its permission is reported as done", silent=True, beside=("MTX-8",),
       act=spoiling.outcome_when("INTEGRATION.PERMISSION_MISSING", ok=True, code=None)),
    _m("MTX-7", "access honesty", "a permission that is held is called missing besides", act=spoiling.naming_besides("see crew")),
    _m("MTX-8", "writes", "with few permissions texts are cut", silent=True, beside=("MTX-9",), act=spoiling.cutting_after_reconnecting),
    _m("MTX-9", "configuration", "an action names one permission too many",
       manifest=lambda told: told["actions"][spoiling.NOTE].update(needs=["write notes", "see bids"])),
    _m("MTX-10", "access honesty", "what a refused include hides is not mentioned", silent=True, vendor="pinpoint", checks=("SYN-1",),
       sync=spoiling.keeping_quiet(model="Candidates", field="source")),
    _m("MTX-11", "access honesty", "what a refused include hides is told by the first sync alone", silent=True, vendor="pinpoint", checks=("SYN-1",),
       sync=spoiling.telling_once("Candidates", "source")),
    # ---------------------------------------------------------------------- what goes wrong at one vendor and not another
    _m("PAG-1", "completeness", "JOIN: a job without applications has stages", silent=True, vendor="join", checks=("PAG-1", "FLD-1", "FLD-2"),
       rows=spoiling.stages_for_every_job),
    _m("SYN-1", "access honesty", "JOIN: the token is sent as a Bearer", vendor="join", checks=("SYN-1",), connector=join.sending_bearer),
    _m("MNR-6", "manners", "JOIN: it asks for pages of 100", vendor="join", checks=("MNR-3", "MNR-4", "MNR-5"),
       connector=spoilt.also_asking("GET", "/jobs", params={"pageSize": 100})),
    _m("FLD-1", "mapping", "JOIN: salaries are read in cents", silent=True, vendor="join", checks=("PAG-1", "FLD-1", "FLD-2"),
       rows=spoiling.cents),
    _m("SYN-2", "errors", "JOIN: who has no e-mail is left out without a word", silent=True, vendor="join", checks=("SYN-1", "PAG-1"),
       sync=spoiling.unwarned),
    _m("ACT-3", "writes", "JOIN: a duplicate is sent again under another address", silent=True, vendor="join",  checks=("ACT-2",),
       act=spoiling.under_another_address),
    # ---------------------------------------------------------------------------------------------------- features
    _m("FEA-1", "errors", "every raw call is answered 200", silent=True, passthrough=lambda outcome: replace(outcome, status=200)),
    _m("FEA-2", "configuration", "a setting is accepted and has no effect", silent=True, vendor="asymbl", checks=("SYN-1",),
       connector=spoiling.without_settings),
    _m("FEA-2", "configuration", "JOIN: the page size that was set is not the one asked for", silent=True, vendor="join",
       checks=("SYN-1",), connector=spoiling.without_settings),
    _m("FEA-3", "configuration", "a setting is declared that no connection takes", manifest=lambda told: told["settings"].update(colour="blue")),
)  # fmt: skip

__all__ = ["MINIATURES", "ActionOutcome", "Miniature", "SyncOutcome"]
