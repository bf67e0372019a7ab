"""Actions, judged by read-back: what the tenant's tables hold before and after, never what the answer claims."""

from conformance.check import Check
from conformance.checks.actions.answering import answers, content_cells, contents, listed_cells, listed_ids, outcomes, warned
from conformance.checks.actions.causes import cause_cells, causes
from conformance.checks.actions.cells import action_cells, case_cells
from conformance.checks.actions.gone import gone_cells, gone_records
from conformance.checks.actions.ids import id_cells, unknown_ids
from conformance.checks.actions.partly import partly, partly_cells
from conformance.checks.actions.proofs import input_cells, inputs
from conformance.checks.actions.refusing import error_codes, own_words, permission_cells, refused_cells, without_permission
from conformance.checks.actions.showing import delta_cells, shown_after_a_delta, shown_at_once, written_cells
from conformance.checks.actions.strange import left_out, left_out_cells, misfit_cells, misfits, strange_cells, strange_input
from conformance.checks.actions.undone import undone, undone_cells
from conformance.checks.actions.unlucky import (
    endless_limits,
    failing_writes,
    hopeless_writes,
    limited_writes,
    lost_answers,
    put_off_writes,
    stumbling_cells,
    stumbling_hosts,
    writing_cells,
)
from conformance.checks.actions.writing import repeat_cells, repeats, understood, used, used_cells, writes

API = "unified API: actions"
OURS = "design of this suite: writes are judged by read-back"

CHECKS = (
    Check("ACT-1", "Every promised input arrives in the vendor's records.", API, input_cells, inputs),
    Check("ACT-2", "An action writes exactly what it should: nothing twice, nothing beside it, nothing at all when it is refused.", OURS,
          action_cells, writes),
    Check("ACT-3", "An action is reported as done exactly when it was.", OURS, case_cells, outcomes),
    Check("ACT-4", "A refused action carries the unified error code for its cause, and a message.", "unified API: error codes",
          refused_cells, error_codes),
    Check("ACT-18", "Records that an answer lists have ids of their own, and the same ones when asked for again.", "unified API: id format",
          listed_cells, listed_ids),
    Check("ACT-21", "A file that an answer lists is to be had under its address, byte for byte.", "unified API: attachments",
          content_cells, contents),
    Check("ACT-17", "What the vendor says against an input is passed on in the vendor's own words.", OURS, refused_cells, own_words),
    Check("ACT-5", "What an action leaves out is told in a warning, and nothing else is.", API, case_cells, warned),
    Check("ACT-6", "The answer's data is right, and ids in it are those of the records that the next sync brings.", API,
          case_cells, answers),
    Check("ACT-7", "Without a permission that it needs, an action is refused, names the permission, and writes nothing.", API,
          permission_cells, without_permission),
    Check("ACT-8", "Unknown members and unknown actions are refused, not ignored.", API, strange_cells, strange_input),
    Check("ACT-33", "An id that nobody has, of another model, or the vendor's own in place of ours, is refused by its input's name, and nothing is written.",
          "design of this suite: an error says what is wrong and where", id_cells, unknown_ids),
    Check("ACT-34", "An action on a record that went at the vendor since the last sync is refused as wrong input, and nothing is written.",
          "unified API: error codes", gone_cells, gone_records),
    Check("ACT-35", "What an action made, and the vendor lost before any sync saw it, is gone after the next full sync.",
          "unified API: remote_deleted_at", undone_cells, undone),
    Check("ACT-20", "An answer that does not fit its question fails the action, and nothing is written.", "unified API: screening question answers",
          misfit_cells, misfits),
    Check("ACT-9", "A write whose answer was lost is not repeated blindly.", OURS, writing_cells, lost_answers),
    Check("ACT-10", "A write that was refused by a rate limit is made once, after the wait.", OURS, writing_cells, limited_writes),
    Check("ACT-23", "A write that the vendor puts off in words of its own, whatever the status, is made once, after a wait.",
          "fixtures: profile.yaml, put_off", writing_cells, put_off_writes),
    Check("ACT-36", "A file that its host puts off for a moment is asked for again, and arrives.", "RFC 9110, 15.6.4", stumbling_cells, stumbling_hosts),
    Check("ACT-14", "A write that failed at the vendor is reported as done only if it was, made once at the most, and sent again only after a wait.", OURS,
          writing_cells, failing_writes),
    Check("ACT-19", "A write that a rate limit keeps away for good is reported as such, so that the caller knows to come back.",
          "unified API: error codes", writing_cells, endless_limits),
    Check("ACT-16", "A write that the vendor never takes is given up and reported, also if others of the action went through; nothing is written twice.", OURS,
          writing_cells, hopeless_writes),
    Check("ACT-26", "What an action could not read, and a credential that is no good, is told by the unified code for that cause, or in a warning.",
          "unified API: error codes", cause_cells, causes),
    Check("ACT-27", "Where a permission lacks for some of the records, an action lists fewer only with a warning that names it.", API,
          partly_cells, partly),
    Check("ACT-15", "An input that the action takes and the connector does not promise is left out with a warning, or refused.", API,
          left_out_cells, left_out),
    Check("ACT-31", "What is shown after an action and before the next sync is as it was before or as the vendor has it, never less.", OURS,
          written_cells, shown_at_once),
    Check("ACT-32", "A delta sync after an action shows what a full one shows.", "unified API: delta syncs", delta_cells, shown_after_a_delta),
    Check("ACT-11", "An action sends nothing that the vendor does not read.", "design of this suite: manners", case_cells, understood),
    Check("ACT-12", "The same action a second time does what the fixture says, and no more.", API, repeat_cells, repeats),
    Check("ACT-13", "An action uses no permission that its promise does not name.", "design of this suite: manners",
          used_cells, used),
)  # fmt: skip
