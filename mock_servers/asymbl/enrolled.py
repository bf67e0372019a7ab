"""The records that an org has of itself, and of the user that each credential is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_servers.asymbl import ids, wire
from mock_servers.engine.vendors import Credential

if TYPE_CHECKING:
    from mock_servers.engine.exchange import Exchange
    from mock_servers.engine.store import Row, Store

IDENTITY_PATH = "/id/"
_USER_NUMBER = 62**2 * 1000
"""Above every user that a scenario has."""


def org_id(credential: Credential) -> str:
    """18 characters."""
    id15 = credential.secrets["access_token"].partition("!")[0]
    return id15 + ids.checksum(id15)


def identity_url(exchange: Exchange, credential: Credential) -> str:
    return f"{exchange.base_url}{IDENTITY_PATH}{org_id(credential)}/{user_row(exchange, credential)['id']}"


def user_row(exchange: Exchange, credential: Credential) -> Row:
    """The credential's user, also after somebody gave it another user name."""
    store = exchange.store
    row = store.find("User", Username=credential.secrets["username"])
    row = row if row is not None else store.find("User", id=user_id(credential))
    row = row if row is not None else store.find("User", IsActive=True)
    if row is None:
        raise LookupError("the org has no user at all: somebody took all of them out of the records")
    return row


def user_id(credential: Credential) -> str:
    """The id that the credential's user was given; only the credential's number decides it."""
    return ids.made("005", _USER_NUMBER + int(credential.id.rpartition("-")[2]))


def org_name(exchange: Exchange) -> str | None:
    row = next(exchange.store.where("Organization"), None)
    return None if row is None else row["Name"]


def enroll(store: Store, credential: Credential, now: float) -> None:
    """The org knows each credential's user, under an id that only its number decides; and its own id."""
    _name_the_org(store, credential, now)
    username = credential.secrets["username"]
    id = user_id(credential)
    at = wire.moment(now)
    if store.find("User", Username=username) is not None:
        return
    if store.find("User", id=id) is not None:
        store.update("User", id, Username=username, Email=username)
        return
    store.insert(
        "User",
        {
            "id": id, "Username": username, "Email": username, "FirstName": "Integration", "LastName": "User",
            "Alias": "integ", "CommunityNickname": username.partition("@")[0], "IsActive": True, "UserType": "CloudIntegrationUser",
            "TimeZoneSidKey": "GMT", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
            "CreatedDate": at, "CreatedById": id, "LastModifiedDate": at, "LastModifiedById": id, "SystemModstamp": at,
        },
    )  # fmt: skip


def _name_the_org(store: Store, credential: Credential, now: float) -> None:
    id = org_id(credential)
    if store.find("Organization", id=id) is not None:
        return
    at = wire.moment(now)
    row = next(store.where("Organization"), None)
    if row is not None:
        store.delete("Organization", row["id"])
    else:
        row = {
            "Name": "Example Staffing", "OrganizationType": "Developer Edition", "InstanceName": "HS1", "IsSandbox": False,
            "DefaultLocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "GMT", "FiscalYearStartMonth": 1,
            "CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at,
        }  # fmt: skip
    store.insert("Organization", {**row, "id": id})
