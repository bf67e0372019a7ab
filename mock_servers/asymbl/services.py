"""The table of the endpoints beside sObjects and queries, one row each: sign-in, identity, composite, Bulk, files, search, limits."""

from __future__ import annotations

from mock_servers.asymbl import auth, authorize, bulk_ingest, bulk_query, collection, composite, identity, limits, oauth, search, soap, tree
from mock_servers.asymbl.resources import DATA, reads, writes
from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.vendors import Handler, Operation

CHECKED = "2026-11"
_REST = Documented("REST API Developer Guide", CHECKED)
_BULK = Documented("Bulk API 2.0 and Bulk API Developer Guide", CHECKED)
_OAUTH = Documented("Salesforce help, OAuth authorization flows", CHECKED)
_IDENTITY = Documented("Salesforce help, identity URLs and the userinfo endpoint", CHECKED)
_SOAP = SeenInCode("how simple-salesforce, jsforce and aiosalesforce cut the answer of login() into pieces")
_REVOKE = Assumed("documented, but the words for a bad token are not known")


def _public(id: str, method: str, path: str, handler: Handler, summary: str, evidence: Evidence) -> Operation:
    return Operation(id, method, path, handler, summary, evidence, needs_credential=False)


def reads_by_body(id: str, path: str, handler: Handler, summary: str, evidence: Evidence = _REST) -> Operation:
    """A POST that changes no record."""
    return Operation(id, "POST", path, handler, summary, evidence)


_QUERY = f"{DATA}/jobs/query"
_INGEST = f"{DATA}/jobs/ingest"
_COLLECTIONS = f"{DATA}/composite/sobjects"

OPERATIONS = (
    _public("oauth.token", "POST", auth.TOKEN_PATH, oauth.token, "A session, by any of the OAuth flows", _OAUTH),
    _public("oauth.authorize", "GET", auth.AUTHORIZE_PATH, authorize.show_login, "The login page of the web server flow", _OAUTH),
    _public("oauth.log_in", "POST", auth.AUTHORIZE_PATH, authorize.log_in, "Log in there, and go back to the app with a code", _OAUTH),
    _public("oauth.revoke", "POST", auth.REVOKE_PATH, oauth.revoke, "End a session or a refresh token", _REVOKE),
    _public("oauth.revoke_by_link", "GET", auth.REVOKE_PATH, oauth.revoke, "The same by a link", _REVOKE),
    _public("soap.partner", "POST", "/services/Soap/u/{version}", soap.soap_endpoint("u"), "login() and logout(), partner WSDL", _SOAP),
    _public("soap.partner_session", "POST", "/services/Soap/u/{version}/{org_id}", soap.soap_endpoint("u"), "The same after login()", _SOAP),
    _public("soap.enterprise", "POST", "/services/Soap/c/{version}", soap.soap_endpoint("c"), "The same, enterprise WSDL", _SOAP),
    Operation("identity.userinfo", "GET", auth.USERINFO_PATH, identity.userinfo, "Who the session's user is, as OpenID says it", _IDENTITY),
    Operation("identity.userinfo_by_form", "POST", auth.USERINFO_PATH, identity.userinfo, "The same by POST", _IDENTITY),
    Operation("identity.read", "GET", "/id/{org_id}/{user_id}", identity.identity, "Who the session's user is", _IDENTITY),
    # -- composite
    writes("composite.run", "POST", f"{DATA}/composite", composite.run_composite, "Up to 25 requests that may refer to each other"),
    writes("composite.batch", "POST", f"{DATA}/composite/batch", composite.run_batch, "Up to 25 requests that know nothing of each other"),
    writes("composite.graph", "POST", f"{DATA}/composite/graph", composite.run_graph, "Composites, each all or nothing"),
    writes("tree.create", "POST", f"{DATA}/composite/tree/{{sobject}}", tree.create_tree, "Parents with their children, or nothing"),
    writes("collections.create", "POST", _COLLECTIONS, collection.create_many, "Up to 200 new records"),
    writes("collections.update", "PATCH", _COLLECTIONS, collection.update_many, "Change up to 200 records"),
    writes("collections.delete", "DELETE", _COLLECTIONS, collection.delete_many, "Delete up to 200 records"),
    writes("collections.upsert", "PATCH", f"{_COLLECTIONS}/{{sobject}}/{{field}}", collection.upsert_many, "Upsert up to 200 records"),
    reads("collections.read", f"{_COLLECTIONS}/{{sobject}}", collection.read_many, "Up to 800 records by id"),
    reads_by_body("collections.read_by_body", f"{_COLLECTIONS}/{{sobject}}", collection.read_many_by_body, "Up to 2000 records by id"),
    # -- bulk
    reads_by_body("bulk.query.create", _QUERY, bulk_query.create_job, "A job that reads what a statement finds", _BULK),
    reads("bulk.query.list", _QUERY, bulk_query.list_jobs, "The caller's query jobs", _BULK),
    reads("bulk.query.read", f"{_QUERY}/{{job_id}}", bulk_query.read_job, "The state of a query job", _BULK),
    writes("bulk.query.change", "PATCH", f"{_QUERY}/{{job_id}}", bulk_query.change_state, "Abort a job", _BULK),
    writes("bulk.query.delete", "DELETE", f"{_QUERY}/{{job_id}}", bulk_query.delete_job, "Forget a job", _BULK),
    reads("bulk.query.results", f"{_QUERY}/{{job_id}}/results", bulk_query.read_results, "A page of the job's rows", _BULK),
    writes("bulk.ingest.create", "POST", _INGEST, bulk_ingest.create_job, "A job that takes records as CSV", _BULK),
    reads("bulk.ingest.list", _INGEST, bulk_ingest.list_jobs, "The caller's ingest jobs", _BULK),
    reads("bulk.ingest.read", f"{_INGEST}/{{job_id}}", bulk_ingest.read_job, "The state of an ingest job", _BULK),
    writes("bulk.ingest.change", "PATCH", f"{_INGEST}/{{job_id}}", bulk_ingest.change_state, "Hand over a job, or abort it", _BULK),
    writes("bulk.ingest.delete", "DELETE", f"{_INGEST}/{{job_id}}", bulk_ingest.delete_job, "Forget a job", _BULK),
    writes("bulk.ingest.upload", "PUT", f"{_INGEST}/{{job_id}}/batches", bulk_ingest.upload, "The job's data", _BULK),
    reads("bulk.ingest.successful", f"{_INGEST}/{{job_id}}/successfulResults", bulk_ingest.successful_results, "Rows that were saved", _BULK),
    reads("bulk.ingest.failed", f"{_INGEST}/{{job_id}}/failedResults", bulk_ingest.failed_results, "Rows that were refused", _BULK),
    reads(
        "bulk.ingest.unprocessed", f"{_INGEST}/{{job_id}}/unprocessedrecords", bulk_ingest.unprocessed_records,
        "Rows that were not looked at", _BULK,
    ),
    reads(
        "bulk.ingest.unprocessed_records", f"{_INGEST}/{{job_id}}/unprocessedRecords", bulk_ingest.unprocessed_records,
        "The same as simple-salesforce spells it", SeenInCode("simple-salesforce 1.12"),
    ),
    # -- search
    reads("search.run", f"{DATA}/search", search.search, "SOSL"),
    reads("search.parameterized", f"{DATA}/parameterizedSearch", search.parameterized_search, "Full-text search by parameters"),
    reads_by_body("search.parameterized_by_body", f"{DATA}/parameterizedSearch", search.parameterized_search_by_body, "The same by a body"),
    reads("search.recent", f"{DATA}/recent", search.recent, "What was looked at last"),
    # -- the rest
    Operation("limits.read", "GET", f"{DATA}/limits", limits.read_limits, "What the org may use, and what is left", _REST),
)  # fmt: skip
