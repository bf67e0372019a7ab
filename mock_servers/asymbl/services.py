"""The table of the endpoints beside sObjects and queries, one row each: sign-in, identity, composite, Bulk, files, search, limits."""

from __future__ import annotations

from mock_servers.asymbl import auth, identity, limits, oauth, soap
from mock_servers.asymbl.resources import DATA
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
    Operation("limits.read", "GET", f"{DATA}/limits", limits.read_limits, "What the org may use, and what is left", _REST),
)  # fmt: skip
