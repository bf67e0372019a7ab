"""A real client's whole tour: simple-salesforce as it is published, over https with the local CA, by every way it can sign in.

It makes all its addresses of https://‹domain›.salesforce.com/services/…. Whoever points it at another host gives a domain that ends
in "#", so that the rest is a fragment, which is never sent; or has a name server (here an adapter) that sends the names here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceLogin, SFType
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from conformance.sandbox import Sandbox
from mock_servers.engine import server
from mock_servers.engine.certificates import Authority
from tests.mock_servers.asymbl.conftest import Org, opened

APPLICANT, JOB, STAGE, TEMPLATE = "bpats__ATS_Applicant__c", "bpats__Job__c", "bpats__ATS_Stage__c", "bpats__ATS_Template__c"


@dataclass(frozen=True)
class Customer:
    """An org as a Python program of its customer knows it."""

    org: Org
    host: str
    ca: Path

    @property
    def session(self) -> requests.Session:
        """One that trusts the local CA and no proxy."""
        made = requests.Session()
        made.verify, made.trust_env = str(self.ca), False
        return made


@pytest.fixture
def customer(sandbox: Sandbox, served: server.Sandbox, authority: Authority) -> Iterator[Customer]:
    for org in opened(sandbox, "empty", frozen=False):
        yield Customer(org, urlsplit(served.addresses.port_url("asymbl", "https")).netloc, authority.ca)


# -- signing in --------------------------------------------------------------------------------------------------------


def by_soap_password(customer: Customer) -> Salesforce:
    secrets = customer.org.secrets
    return Salesforce(
        username=secrets["username"], password=secrets["password"], security_token=secrets["security_token"],
        domain=f"{customer.host}/services/Soap/u/59.0#", session=customer.session,
    )  # fmt: skip


def by_soap_and_organization(customer: Customer) -> Salesforce:
    """From a trusted address, where no security token is needed."""
    customer.org.tenant.set_options({"security_token_required": False})
    secrets = customer.org.secrets
    return Salesforce(
        username=secrets["username"], password=secrets["password"], organizationId=secrets["access_token"][:15],
        domain=f"{customer.host}/services/Soap/u/59.0#", session=customer.session,
    )  # fmt: skip


def by_oauth_password(customer: Customer) -> Salesforce:
    secrets = customer.org.secrets
    return Salesforce(
        username=secrets["username"], password=secrets["password"] + secrets["security_token"], consumer_key=secrets["client_id"],
        consumer_secret=secrets["client_secret"], domain=f"{customer.host}/services/oauth2/token#", session=customer.session,
    )  # fmt: skip


def by_client_credentials(customer: Customer) -> Salesforce:
    secrets = customer.org.secrets
    return Salesforce(
        consumer_key=secrets["client_id"], consumer_secret=secrets["client_secret"],
        domain=f"{customer.host}/services/oauth2/token#", session=customer.session,
    )  # fmt: skip


def by_jwt_bearer(customer: Customer) -> Salesforce:
    secrets = customer.org.secrets
    return Salesforce(
        username=secrets["username"], consumer_key=secrets["client_id"], privatekey=secrets["private_key"],
        instance_url=f"{customer.host}/services/oauth2/token#", session=customer.session,
    )  # fmt: skip


def by_access_token(customer: Customer) -> Salesforce:
    return Salesforce(session_id=customer.org.secrets["access_token"], instance_url=f"https://{customer.host}", session=customer.session)


WAYS: list[Callable[[Customer], Salesforce]] = [
    by_soap_password, by_soap_and_organization, by_oauth_password, by_client_credentials, by_jwt_bearer, by_access_token,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_to_sign_in_reads_and_writes(customer: Customer, way: Callable[[Customer], Salesforce]) -> None:
    client = way(customer)

    made = client.Contact.create({"LastName": "Novak"})

    assert client.query("SELECT Id FROM Contact")["records"][0]["Id"] == made["id"]
    assert client.sf_instance == customer.host


class NameServer(HTTPAdapter):
    """Sends the connections for one host name to the sandbox, as a line in a hosts file would; the certificate is for the name."""

    def __init__(self, name: str, address: str) -> None:
        self._name, self._address = name, address
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, server_hostname=self._name, assert_hostname=self._name, **more)

    def send(self, request: requests.PreparedRequest, *given: Any, **more: Any) -> requests.Response:
        request.headers["Host"] = self._name
        request.url = str(request.url).replace(f"https://{self._name}/", f"https://{self._address}/")
        return super().send(request, *given, **more)


def test_salesforces_own_names_lead_here_through_a_name_server(customer: Customer) -> None:
    """The My Domain is the tenant's name; every link that is answered stays under it."""
    name = f"{customer.org.tenant.id.removeprefix('asymbl-')}.my.salesforce.com"
    session = customer.session
    session.mount(f"https://{name}", NameServer(name, customer.host))
    secrets = customer.org.secrets

    client = Salesforce(
        consumer_key=secrets["client_id"],
        consumer_secret=secrets["client_secret"],
        domain=name.removesuffix(".salesforce.com"),
        session=session,
    )

    assert (client.sf_instance, client.query("SELECT COUNT() FROM Contact")["totalSize"]) == (name, 0)


def test_soap_login_by_address(customer: Customer) -> None:
    """The helper behind the client takes a whole address."""
    secrets = customer.org.secrets
    plain = customer.org.tenant.base_url

    session_id, instance = SalesforceLogin(
        username=secrets["username"], password=secrets["password"], security_token=secrets["security_token"], scratch_url=plain
    )

    assert (session_id.partition("!")[0], instance) == (secrets["access_token"][:15], urlsplit(plain).netloc)


def test_a_wrong_password_is_told(customer: Customer) -> None:
    secrets = customer.org.secrets

    with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
        Salesforce(
            username=secrets["username"], password="wrong", security_token="", session=customer.session,
            domain=f"{customer.host}/services/Soap/u/59.0#",
        )  # fmt: skip
    with pytest.raises(SalesforceAuthenticationFailed, match="authentication failure"):
        Salesforce(
            username=secrets["username"], password="wrong", consumer_key=secrets["client_id"], consumer_secret=secrets["client_secret"],
            session=customer.session, domain=f"{customer.host}/services/oauth2/token#",
        )  # fmt: skip


def test_a_client_with_credentials_signs_in_again_when_its_session_ends(customer: Customer) -> None:
    """One with a bare session cannot."""
    client, bare = by_client_credentials(customer), by_access_token(customer)
    customer.org.tenant.advance(3 * 3600)

    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0
    with pytest.raises((SalesforceExpiredSession, RuntimeError)):
        bare.query("SELECT COUNT() FROM Contact")


# -- the tour ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(customer: Customer) -> Salesforce:
    return by_soap_password(customer)


def of(client: Salesforce, name: str) -> SFType:
    found = getattr(client, name)
    assert isinstance(found, SFType)
    return found


def test_describes(client: Salesforce) -> None:
    """The org, an object, an object with its fields."""
    every = client.describe()
    assert every is not None
    names = [one["name"] for one in every["sobjects"]]
    assert {"Contact", APPLICANT, JOB, STAGE} <= set(names)
    described = of(client, APPLICANT).describe()
    stage = next(field for field in described["fields"] if field["name"] == "bpats__Stage__c")
    assert (stage["referenceTo"], stage["relationshipName"], stage["nillable"]) == ([STAGE], "bpats__Stage__r", False)
    assert of(client, APPLICANT).metadata()["objectDescribe"]["label"] == "ATS Applicant"
    assert client.is_sandbox() is False


def test_a_record_from_birth_to_death(client: Salesforce) -> None:
    contacts = of(client, "Contact")
    made = contacts.create({"FirstName": "Eva", "LastName": "Novak", "Email": "eva@novak.example"})
    assert (made["success"], made["errors"]) == (True, [])

    assert contacts.update(made["id"], {"Title": "CTO"}) == 204
    read = contacts.get(made["id"])
    assert (read["Name"], read["Title"], read["attributes"]["type"]) == ("Eva Novak", "CTO", "Contact")
    assert contacts.delete(made["id"]) == 204

    with pytest.raises(SalesforceResourceNotFound, match="NOT_FOUND"):
        contacts.get(made["id"])
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        contacts.delete(made["id"])
    gone = client.query("SELECT Id, IsDeleted FROM Contact", include_deleted=True)["records"]
    assert [(one["Id"], one["IsDeleted"]) for one in gone] == [(made["id"], True)]


def test_upsert_by_external_id(client: Salesforce) -> None:
    templates = of(client, TEMPLATE)
    key = "bpats__ATS_Template_External_Id__c/T-1"

    assert templates.upsert(key, {"Name": "Standard"}) == 201
    assert templates.upsert(key, {"Name": "Changed"}) in (200, 204)
    assert templates.get_by_custom_id("bpats__ATS_Template_External_Id__c", "T-1")["Name"] == "Changed"


def test_query_all_over_two_pages(client: Salesforce) -> None:
    """Every record once, in the order asked for; the answer for a query in the middle of the other."""
    rows = [{"LastName": f"N{number:04d}"} for number in range(2300)]
    results = client.bulk2.Contact.insert(records=rows, wait=0.05)
    assert sum(one["numberRecordsProcessed"] for one in results) == 2300

    first = client.query("SELECT LastName FROM Contact ORDER BY LastName")
    assert (first["totalSize"], len(first["records"]), first["done"]) == (2300, 2000, False)
    whole = client.query_all("SELECT LastName FROM Contact ORDER BY LastName")
    assert [one["LastName"] for one in whole["records"]] == [row["LastName"] for row in rows]
    rest = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert (len(rest["records"]), rest["done"]) == (300, True)


def test_composite_and_collections(client: Salesforce) -> None:
    root = f"/services/data/v{client.sf_version}/sobjects"
    nodes = [
        {"method": "POST", "url": f"{root}/Account", "referenceId": "company", "body": {"Name": "Acme"}},
        {"method": "POST", "url": f"{root}/Contact", "referenceId": "person", "body": {"LastName": "Novak", "AccountId": "@{company.id}"}},
        {"method": "GET", "url": f"{root}/Contact/@{{person.id}}?fields=AccountId", "referenceId": "read"},
    ]

    told = client.restful("composite", method="POST", json={"allOrNone": True, "compositeRequest": nodes})

    assert told is not None
    answers = told["compositeResponse"]
    assert [one["httpStatusCode"] for one in answers] == [201, 201, 200]
    assert answers[2]["body"]["AccountId"] == answers[0]["body"]["id"]
    records = [{"attributes": {"type": "Contact"}, "LastName": f"N{number}"} for number in range(3)]
    made = client.restful("composite/sobjects", method="POST", json={"allOrNone": True, "records": records})
    assert made is not None
    ids = [one["id"] for one in made]
    read = client.restful("composite/sobjects/Contact", params={"ids": ",".join(ids), "fields": "LastName"})
    assert read is not None
    assert [one["LastName"] for one in read] == ["N0", "N1", "N2"]


def test_bulk_2(client: Salesforce, tmp_path: Path) -> None:
    """Insert, query with pages, update by upsert, failed rows, download, delete."""
    bulk = client.bulk2.Contact
    (result,) = bulk.insert(records=[{"LastName": "Novak", "Title": 'the "boss"'}, {"LastName": "", "Title": "nobody"}], wait=0.05)
    assert (result["numberRecordsProcessed"], result["numberRecordsFailed"]) == (2, 1)
    assert "REQUIRED_FIELD_MISSING" in bulk.get_failed_records(result["job_id"])
    assert "Novak" in bulk.get_successful_records(result["job_id"])
    assert bulk.get_unprocessed_records(result["job_id"]).count("\n") == 1

    pages = list(bulk.query("SELECT Id, LastName, Title FROM Contact", max_records=1, wait=0.05))
    assert len(pages) == 1
    assert '"the ""boss"""' in pages[0]
    id = client.query("SELECT Id FROM Contact")["records"][0]["Id"]
    assert bulk.update(records=[{"Id": id, "Title": "CEO"}], wait=0.05)[0]["numberRecordsFailed"] == 0
    files = bulk.download("SELECT Title FROM Contact", path=str(tmp_path), max_records=100, wait=0.05)
    assert Path(files[0]["file"]).read_text("utf-8").splitlines() == ['"Title"', '"CEO"']
    assert bulk.delete(records=[{"Id": id}], wait=0.05)[0]["numberRecordsFailed"] == 0
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == 0


def test_files_go_up_and_come_down(client: Salesforce) -> None:
    """To the byte, by way of the links of the record."""
    content = bytes(range(256)) * 100
    person = of(client, "Contact").create({"LastName": "Novak"})["id"]
    version = of(client, "ContentVersion").create(
        {"PathOnClient": "cv.pdf", "VersionData": base64.b64encode(content).decode(), "FirstPublishLocationId": person}
    )["id"]

    links = client.query(
        f"SELECT ContentDocument.Title, ContentDocument.LatestPublishedVersionId FROM ContentDocumentLink WHERE LinkedEntityId = '{person}'"
    )["records"]

    (document,) = [link["ContentDocument"] for link in links]
    assert (document["Title"], document["LatestPublishedVersionId"]) == ("cv", version)
    url = of(client, "ContentVersion").get(version)["VersionData"]
    down = client.session.get(f"https://{client.sf_instance}{url}", headers=client.headers)
    assert (down.status_code, down.content, down.headers["content-type"]) == (200, content, "application/octetstream")


def test_search_limits_and_changes(client: Salesforce) -> None:
    contacts = of(client, "Contact")
    made = contacts.create({"LastName": "Novak"})["id"]

    assert [one["Id"] for one in client.quick_search("novak")["searchRecords"]] == [made]
    assert client.search("FIND {novak} RETURNING Contact(LastName)")["searchRecords"][0]["LastName"] == "Novak"
    limits = client.limits()["DailyApiRequests"]
    usage = client.api_usage["api-usage"]
    assert limits["Max"] == usage.total  # type: ignore[union-attr]


def test_errors_are_understood(client: Salesforce) -> None:
    """The client finds status, code and message where it looks for them."""
    with pytest.raises(SalesforceMalformedRequest) as failed:
        client.query("SELECT Colour FROM Contact")
    assert failed.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceMalformedRequest) as failed:
        of(client, "Contact").create({})
    assert failed.value.content[0]["fields"] == ["LastName"]
    with pytest.raises(SalesforceResourceNotFound):
        of(client, "Nothing").describe()
