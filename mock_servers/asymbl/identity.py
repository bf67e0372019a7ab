"""Who the session's user is: OpenID's userinfo, and the identity URL that every sign-in answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_servers.asymbl import enrolled, wire
from mock_servers.asymbl.schema import full_name
from mock_servers.engine.store import Row
from mock_servers.engine.vendors import Credential, Reply

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange

_OFFSETS: dict[str, int] = {"GMT": 0}
"""utcOffset in milliseconds of the time zones without summer time; others are told as null."""


async def userinfo(exchange: Exchange) -> Reply:
    """GET or POST /services/oauth2/userinfo."""
    credential = _of(exchange)
    user, org_id = enrolled.user_row(exchange, credential), enrolled.org_id(credential)
    picture = f"{exchange.base_url}/profilephoto/005/F"
    return wire.answer(
        200,
        {
            "sub": enrolled.identity_url(exchange, credential),
            "user_id": user["id"],
            "organization_id": org_id,
            "preferred_username": user["Username"],
            "nickname": user["CommunityNickname"],
            "name": full_name(user),
            "email": user["Email"],
            "email_verified": True,
            "given_name": user["FirstName"],
            "family_name": user["LastName"],
            "zoneinfo": user["TimeZoneSidKey"],
            "photos": {"picture": picture, "thumbnail": picture.replace("/F", "/T")},
            "profile": f"{exchange.base_url}/{user['id']}",
            "picture": picture,
            "address": {},
            "urls": urls(exchange, org_id, str(user["id"])),
            "active": bool(user["IsActive"]),
            "user_type": _user_type(user),
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
            "utcOffset": _OFFSETS.get(user["TimeZoneSidKey"] or ""),
            "updated_at": user["SystemModstamp"],
            "is_app_installed": True,
            "is_salesforce_integration_user": False,
        },
    )


async def identity(exchange: Exchange) -> Reply:
    """GET /id/<org>/<user>: only the session's own user, by ids of 15 or 18 characters."""
    credential = _of(exchange)
    user, org_id = enrolled.user_row(exchange, credential), enrolled.org_id(credential)
    asked = (exchange.params["org_id"][:15], exchange.params["user_id"][:15])
    if asked != (org_id[:15], str(user["id"])[:15]):
        return Reply(
            403, b"Wrong_Org" if asked[0] != org_id[:15] else b"Bad_Id", b"text/html;charset=UTF-8", why="not the session's own user"
        )
    photo = f"{exchange.base_url}/profilephoto/005/F"
    return wire.answer(
        200,
        {
            "id": enrolled.identity_url(exchange, credential),
            "asserted_user": True,
            "user_id": user["id"],
            "organization_id": org_id,
            "username": user["Username"],
            "nick_name": user["CommunityNickname"],
            "display_name": full_name(user),
            "email": user["Email"],
            "email_verified": True,
            "first_name": user["FirstName"],
            "last_name": user["LastName"],
            "timezone": user["TimeZoneSidKey"],
            "photos": {"picture": photo, "thumbnail": photo.replace("/F", "/T")},
            "addr_street": None,
            "addr_city": None,
            "addr_state": None,
            "addr_country": None,
            "addr_zip": None,
            "mobile_phone": user["MobilePhone"],
            "mobile_phone_verified": False,
            "is_lightning_login_user": False,
            "status": {"created_date": None, "body": None},
            "urls": urls(exchange, org_id, str(user["id"])),
            "active": bool(user["IsActive"]),
            "user_type": _user_type(user),
            "language": user["LanguageLocaleKey"],
            "locale": user["LocaleSidKey"],
            "utcOffset": _OFFSETS.get(user["TimeZoneSidKey"] or ""),
            "last_modified_date": user["SystemModstamp"],
            "is_app_installed": True,
        },
    )


def urls(exchange: Exchange, org_id: str, user_id: str) -> dict[str, Any]:
    """Where everything is; clients put their version in place of {version}."""
    base, data = exchange.base_url, f"{exchange.base_url}/services/data/v{{version}}"
    return {
        "enterprise": f"{base}/services/Soap/c/{{version}}/{org_id[:15]}",
        "metadata": f"{base}/services/Soap/m/{{version}}/{org_id[:15]}",
        "partner": f"{base}/services/Soap/u/{{version}}/{org_id[:15]}",
        "rest": f"{data}/",
        "sobjects": f"{data}/sobjects/",
        "search": f"{data}/search/",
        "query": f"{data}/query/",
        "recent": f"{data}/recent/",
        "tooling_soap": f"{base}/services/Soap/T/{{version}}/{org_id[:15]}",
        "tooling_rest": f"{data}/tooling/",
        "profile": f"{base}/{user_id}",
        "feeds": f"{data}/chatter/feeds",
        "groups": f"{data}/chatter/groups",
        "users": f"{data}/chatter/users",
        "feed_items": f"{data}/chatter/feed-items",
        "feed_elements": f"{data}/chatter/feed-elements",
        "custom_domain": base,
    }


def _user_type(user: Row) -> str:
    return "STANDARD" if user["UserType"] in (None, "Standard") else str(user["UserType"]).upper()


def _of(exchange: Exchange) -> Credential:
    if exchange.credential is None:
        raise AssertionError("the engine lets nobody in without a credential")
    return exchange.credential
