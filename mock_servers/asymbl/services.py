"""The table of the endpoints beside sObjects and queries, one row each: sign-in, identity, composite, Bulk, files, search, limits."""

from __future__ import annotations

from mock_servers.asymbl import auth, collection, composite, identity, limits, oauth, soap
from mock_servers.asymbl.resources import DATA, reads, writes
from mock_servers.engine.evidence import Assumed, Documented, Evidence, SeenInCode
from mock_servers.engine.vendors import Handler, Operation

CHECKED = "2026-11"
_REST = Documented("REST API Developer Guide", CHECKED)
_OAUTH = Documented("Salesforce help, OAuth authorization flows", CHECKED)
_IDENTITY = Documented("Salesforce help, identity URLs and the userinfo endpoint", CHECKED)
_SOAP = SeenInCode("how simple-salesforce, jsforce and aiosalesforce cut the answer of login() into pieces")
_REVOKE = Assumed("documented, but the words for a bad token are not known")


def _public(id: str, method: str, path: str, handler: Handler, summary: str, evidence: Evidence) -> Operation:
    return Operation(id, method, path, handler, summary, evidence, needs_credential=False)


def reads_by_body(id: str, path: str, handler: Handler, summary: str) -> Operation:
    """A POST that only reads."""
    return Operation(id, "POST", path, handler, summary, _REST)


_COLLECTIONS = f"{DATA}/composite/sobjects"

OPERATIONS = (
    _public("oauth.token", "POST", auth.TOKEN_PATH, oauth.token, "A session, by any of the OAuth flows", _OAUTH),
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
    writes("tree.create", "POST", f"{DATA}/composite/tree/{{sobject}}", collection.create_tree, "Parents with their children, or nothing"),
    writes("collections.create", "POST", _COLLECTIONS, collection.create_many, "Up to 200 new records"),
    writes("collections.update", "PATCH", _COLLECTIONS, collection.update_many, "Change up to 200 records"),
    writes("collections.delete", "DELETE", _COLLECTIONS, collection.delete_many, "Delete up to 200 records"),
    writes("collections.upsert", "PATCH", f"{_COLLECTIONS}/{{sobject}}/{{field}}", collection.upsert_many, "Upsert up to 200 records"),
    reads("collections.read", f"{_COLLECTIONS}/{{sobject}}", collection.read_many, "Up to 800 records by id"),
    reads_by_body("collections.read_by_body", f"{_COLLECTIONS}/{{sobject}}", collection.read_many_by_body, "Up to 2000 records by id"),
    # -- the rest
    Operation("limits.read", "GET", f"{DATA}/limits", limits.read_limits, "What the org may use, and what is left", _REST),
)  # fmt: skip
