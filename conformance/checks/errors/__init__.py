"""What a customer is told when a connection cannot work, and that nothing already read is lost by it."""

from conformance.casework import one_case
from conformance.check import Check
from conformance.checks.errors.credentials import bad_key_cells, bad_keys, bad_probe, midway, midway_cells
from conformance.checks.errors.discreet import SPOKEN, discreet
from conformance.checks.errors.early import EARLY, too_early
from conformance.checks.errors.failing import failing_cells, failing_later, other_cells, others_arrive
from conformance.checks.errors.hosts import STRANGER, distrusts, host_cells, wrong_hosts
from conformance.checks.errors.no_answer import no_answer, no_answer_cells
from conformance.checks.errors.probing import probe_cells, probes_in_vain
from conformance.checks.errors.reasons import (
    apart,
    apart_cells,
    no_permission_cells,
    none_called_missing,
    reason_cells,
    says_why,
    switched_off,
    vendor_word_cells,
    vendor_words,
)

API = "unified API: integration states and error codes"
CHECKS = (
    Check("ERR-1", "With a credential that is invalid, expired or revoked a sync ends AUTHENTICATION_FAILED and gives no data.", API,
          bad_key_cells, bad_keys),
    Check("ERR-2", "With a credential that is invalid, expired or revoked the probe calls nothing readable.", API,
          bad_key_cells, bad_probe),
    Check("ERR-15", "While the vendor gives a list to nobody, a probe calls nothing of it readable, and no permission missing.",
          "design of this suite: M1, a probe says what a sync then shows", probe_cells, probes_in_vain),
    Check("ERR-16", "Before the first sync a model is told to be pending, and no empty list.", "unified API: error codes",
          one_case("connection", EARLY.name), too_early),
    Check("ERR-3", "A wrong host is reported as a failure of its own, not as a bad credential, an empty account or an outage.", API,
          host_cells, wrong_hosts),
    Check("ERR-4", "An account whose API is switched off is reported as a failure.", API,
          one_case("connection", "API off"), switched_off),
    Check("ERR-5", "Bad credential, lacking permission, wrong host, API off and an empty account can be told apart by a program.",
          "design of this suite: M4", apart_cells, apart),
    Check("ERR-6", "A credential that ends in the middle of a sync is reported, loses no data, and a good one goes on.",
          "design of this suite: M7", midway_cells, midway),
    Check("ERR-7", "A later sync in which an operation fails for good says so, calls no permission missing, deletes nothing, and spoils nothing in silence.",
          API,
          failing_cells, failing_later),
    Check("ERR-14", "An answer that holds no page (HTML, half a document, nothing) is never taken for an empty list.",
          "RFC 9110, 15.3.1; RFC 9112, 8", no_answer_cells, no_answer),
    Check("ERR-8", "No secret stands in anything that the subject says, also if the vendor's own words hold it.",
          "design of this suite: no secret in any artefact", one_case("connection", SPOKEN.name), discreet, stage="last"),
    Check("ERR-9", "A sync that does not succeed says why.", API, reason_cells, says_why),
    Check("ERR-12", "Where no permission would help (bad credential, wrong host, API off, empty account), none is called missing.", API,
          no_permission_cells, none_called_missing),
    Check("ERR-13", "What is said of the vendor's refusals carries the status and the code that the vendor gave.",
          "design of this suite: diagnostics carry http_status and vendor_code", vendor_word_cells, vendor_words),
    Check("ERR-11", "A list that fails for good takes no other list with it: what is there arrives, and what is gone goes.", API, other_cells, others_arrive),
    Check("ERR-10", "A credential is shown to no host whose certificate nobody vouches for.", "RFC 9110, 4.3.4",
          one_case("connection", STRANGER.name, STRANGER.owner), distrusts),
)  # fmt: skip
