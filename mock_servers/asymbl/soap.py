"""SOAP login and logout: how many clients still get their session. The rest of the SOAP API is not imitated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import enrolled, envelope, sessions
from mock_servers.asymbl.envelope import Call, NotAnEnvelope
from mock_servers.asymbl.schema import full_name
from mock_servers.engine.vendors import Credential, Handler, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

LOGIN_FAILED = "Invalid username, password, security token; or user locked out."


def soap_endpoint(api: str) -> Handler:
    """The endpoint of the partner API ("u") or of the enterprise API ("c")."""

    async def handler(exchange: Exchange) -> Reply:
        try:
            call = envelope.read_envelope(exchange.body)
        except NotAnEnvelope as error:
            return _failed(envelope.client_fault(str(error)), str(error))
        if call.operation == "login":
            return _login(exchange, api, call)
        if call.operation == "logout":
            return _logout(exchange, api)
        words = f"No operation available for request {{{envelope.NAMESPACES[api]}}}{call.operation}, please check the WSDL for the service."
        return _failed(envelope.client_fault(words), words)

    return handler


def _login(exchange: Exchange, api: str, call: Call) -> Reply:
    credential = exchange.credential
    if credential is None or not sessions.password_fits(exchange, credential, call.arguments.get("password", "")):
        why = "no such user, or one that was revoked" if credential is None else "the password, or the security token behind it, is wrong"
        return _failed(envelope.fault("INVALID_LOGIN", LOGIN_FAILED), why)
    session = sessions.open_session(exchange, credential, sessions.APP_SCOPE)
    return Reply(200, envelope.result(api, "login", _login_result(exchange, api, credential, session.secret)), envelope.XML)


def _login_result(exchange: Exchange, api: str, credential: Credential, session_id: str) -> dict[str, object]:
    version = exchange.params["version"]
    org15, user = enrolled.org_id(credential)[:15], enrolled.user_row(exchange, credential)
    return {
        "metadataServerUrl": f"{exchange.base_url}/services/Soap/m/{version}/{org15}",
        "passwordExpired": False,
        "sandbox": False,
        "serverUrl": f"{exchange.base_url}/services/Soap/{api}/{version}/{org15}",
        "sessionId": session_id,
        "userId": user["id"],
        "userInfo": {
            "organizationId": enrolled.org_id(credential),
            "organizationMultiCurrency": bool(exchange.tenant.options.get("multi_currency")),
            "organizationName": enrolled.org_name(exchange),
            "profileId": user["ProfileId"],
            "sessionSecondsValid": exchange.tenant.options["session_timeout_seconds"],
            "userDefaultCurrencyIsoCode": user["DefaultCurrencyIsoCode"],
            "userEmail": user["Email"],
            "userFullName": full_name(user),
            "userId": user["id"],
            "userLanguage": user["LanguageLocaleKey"],
            "userLocale": user["LocaleSidKey"],
            "userName": user["Username"],
            "userTimeZone": user["TimeZoneSidKey"],
            "userType": user["UserType"],
        },
    }


def _logout(exchange: Exchange, api: str) -> Reply:
    if exchange.token is None:
        return _failed(
            envelope.fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader", "UnexpectedErrorFault"), "no session"
        )
    exchange.token.revoked = True
    return Reply(200, envelope.result(api, "logout", {}), envelope.XML)


def _failed(body: bytes, why: str) -> Reply:
    # SOAP 1.1 answers every fault with 500.
    return Reply(500, body, envelope.XML, why=f"SOAP fault: {why}")
