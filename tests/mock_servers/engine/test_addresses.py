"""http and https at once, on the vendor's own port and below the main one; links in answers lead back to where the client came from."""

from __future__ import annotations

import socket
import ssl
import stat
from pathlib import Path

import httpx
import pytest

from mock_servers.engine.addresses import Addresses, BadUrl, Ports, PublicUrls
from mock_servers.engine.certificates import CA_FILE, KEY_FILE, SERVER_FILE, Authority, UnusableAuthority
from mock_servers.engine.server import Sandbox
from tests.mock_servers.engine.clients.browsing import Client
from tests.mock_servers.engine.conftest import FIXTURES
from tests.mock_servers.engine.parcel import VENDOR
from tests.mock_servers.engine.tenancy import Account


def _roots(sandbox: Sandbox) -> list[str]:
    return [
        sandbox.vendor_url("parcel"),
        sandbox.vendor_url("parcel", "https"),
        f"{sandbox.url}/parcel",
        f"{sandbox.https_url}/parcel",
        sandbox.vendor_url("parcel", "https").replace("127.0.0.1", "localhost"),
    ]


def test_every_client_reaches_the_vendor_everywhere_and_links_lead_back_there(sandbox: Sandbox, account: Account, client: Client) -> None:
    for root in _roots(sandbox):
        answer = client.send("POST", f"{root}/v1/parcels", headers={"authorization": f"Bearer {account.token}"}, json={"label": "x"})

        assert (answer.status, answer.error) == (201, None)
        assert answer.headers["location"] == f"{root}/v1/parcels/{answer.json['id']}"


def test_a_client_that_does_not_trust_the_authority_gets_no_answer(sandbox: Sandbox) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(sandbox.vendor_url("parcel", "https"), trust_env=False)


@pytest.mark.parametrize(
    "name", ["localhost", "acme.localhost", "acme.parcel.localhost", "acme.parcelhq.example", "sandbox", "xn--bcher-kva.example"]
)
def test_the_certificate_fits_every_name_by_which_we_are_called(sandbox: Sandbox, authority: Authority, name: str) -> None:
    """Tenants are told by the host's first label, so clients come under names that nobody can list beforehand."""
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    port = int(sandbox.vendor_url("parcel", "https").rpartition(":")[2])

    for _ in range(2):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            trusting.wrap_socket(plain, server_hostname=name) as connection,
        ):
            connection.sendall(f"GET /v1/hello HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_a_name_that_is_none_gets_the_usual_certificate(sandbox: Sandbox, authority: Authority) -> None:
    trusting = ssl.create_default_context(cafile=str(authority.ca))
    trusting.check_hostname = False
    port = int(sandbox.vendor_url("parcel", "https").rpartition(":")[2])

    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        trusting.wrap_socket(plain, server_hostname="-bad-.example") as connection,
    ):
        told = connection.getpeercert()

    assert told is not None
    assert ("DNS", "localhost") in told["subjectAltName"]


def test_the_host_names_the_tenant_over_https_too(sandbox: Sandbox, account: Account, authority: Authority) -> None:
    with httpx.Client(verify=ssl.create_default_context(cafile=str(authority.ca)), trust_env=False) as client:
        answer = client.get(f"{sandbox.vendor_url('parcel', 'https')}/v1/hello", headers={"host": f"{account.name}.parcel.example"})

    assert answer.json()["hello"] == account.name


def test_an_authority_is_made_once_and_its_keys_are_the_owners_alone(tmp_path: Path) -> None:
    first = Authority(tmp_path / "deep" / "ca")
    before = {file.name: file.read_bytes() for file in first.folder.iterdir()}
    second = Authority(tmp_path / "deep" / "ca", names=["sandbox.example"])

    assert before == {file.name: file.read_bytes() for file in second.folder.iterdir()}
    assert set(before) == {CA_FILE, KEY_FILE, SERVER_FILE}
    assert [stat.S_IMODE((first.folder / name).stat().st_mode) for name in (KEY_FILE, SERVER_FILE)] == [0o600, 0o600]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["ca"]


@pytest.mark.parametrize(
    "spoil", [lambda folder: (folder / SERVER_FILE).write_text("nonsense"), lambda folder: (folder / SERVER_FILE).unlink()]
)
def test_a_broken_authority_is_told_with_its_folder(tmp_path: Path, spoil: object) -> None:
    folder = Authority(tmp_path / "ca").folder
    spoil(folder)  # type: ignore[operator]  # a lambda of the table above

    with pytest.raises(UnusableAuthority, match=str(folder)):
        Authority(folder)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(UnusableAuthority, match="no certificate authority in"):
        Authority(tmp_path / "file" / "ca")


def test_links_behind_a_mapped_port_follow_the_host_header(sandbox: Sandbox, account: Account) -> None:
    """A container's port 80 published as 8080: the client's Host tells where it came from, X-Forwarded-* is not believed."""
    answer = account.client.post(
        "/v1/parcels",
        json={"label": "x"},
        headers={"host": "sandbox.example:18080", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"},
    )

    assert answer.headers["location"].startswith("http://sandbox.example:18080/v1/parcels/")


def test_a_public_url_stands_in_every_link_and_in_what_the_admin_api_tells() -> None:
    public = PublicUrls("https://ats.example/sandbox/", {"parcel": "https://parcel.example"})
    with Sandbox(vendors={"parcel": VENDOR}, fixtures=[FIXTURES], public_urls=public) as running:
        key = {"authorization": f"Bearer {running.tenants.default_secrets('parcel')['token']}", "host": "elsewhere.example"}

        def link(root: str) -> str:
            return httpx.post(f"{root}/v1/parcels", headers=key, json={"label": "x"}).headers["location"].rpartition("/")[0]

        assert link(running.vendor_url("parcel")) == "https://parcel.example/v1/parcels"
        assert link(f"{running.url}/parcel") == "https://parcel.example/v1/parcels"
        assert link(f"{running.url}/parcel/t/demo") == "https://ats.example/sandbox/parcel/t/demo/v1/parcels"
        told = httpx.get(f"{running.admin_url}/connection", headers={"host": "ats.example"})
        assert told.json()["vendors"]["parcel"] | {"credential": None} == {
            "base_url": "https://parcel.example",
            "https_base_url": "https://parcel.example",
            "credential": None,
        }


@pytest.mark.parametrize("url", ["", "ats.example", "ftp://ats.example", "https://", "https://ats.example?x=1", "http://ats.example:99999"])
def test_a_public_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadUrl, match=r"scheme, host"):
        PublicUrls(url)


HERE = Addresses("0.0.0.0", Ports(80, {"parcel": 81}), Ports(443, {"parcel": 444}))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, ("http://127.0.0.1:81", "https://127.0.0.1:444")),
        ("http://sandbox:80", ("http://sandbox:81", "https://sandbox:444")),
        ("https://sandbox:443", ("http://sandbox:81", "https://sandbox:444")),
        ("http://[::1]:80", ("http://[::1]:81", "https://[::1]:444")),
        ("http://sandbox:18080", ("http://sandbox:18080/parcel", None)),
        ("https://sandbox:18443", ("https://sandbox:18443/parcel", "https://sandbox:18443/parcel")),
        ("http://sandbox:99999", ("http://sandbox:99999/parcel", None)),
    ],
)
def test_who_comes_through_a_mapped_port_is_given_an_address_that_he_can_reach(asked: str | None, expected: tuple[str, str | None]) -> None:
    assert expected == HERE.vendor("parcel", asked)


def test_the_admin_api_hands_out_the_certificate(sandbox: Sandbox, admin: httpx.Client, authority: Authority) -> None:
    assert admin.get("/ca.pem").text == authority.ca.read_text()
    assert admin.get("/connection").json() == sandbox.ready_info()
    with httpx.Client(verify=ssl.create_default_context(cafile=str(authority.ca)), trust_env=False) as client:
        assert client.get(f"{sandbox.https_url}/_sandbox/vendors").status_code == 200


def test_without_https_there_is_no_certificate() -> None:
    with Sandbox(vendors={"parcel": VENDOR}, fixtures=[FIXTURES]) as running:
        assert httpx.get(f"{running.admin_url}/ca.pem").json()["error"]["code"] == "no_https"
        assert running.ready_info()["vendors"]["parcel"]["https_base_url"] is None
