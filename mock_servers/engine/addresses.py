"""Where the sandbox is reached: its ports over http and https, and the URLs under which others see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from mock_servers.engine.credentials import shown


class BadUrl(ValueError):
    """A public URL that no link could begin with."""


@dataclass(frozen=True, slots=True)
class PublicUrls:
    """The roots that a proxy in front of the sandbox shows to clients. Only what is configured here counts:
    X-Forwarded-* headers are for whoever runs the proxy to claim, and are not read.
    """

    main: str | None = None
    """Of the main port; every vendor is below it."""
    vendors: Mapping[str, str] = field(default_factory=dict)
    """Of single vendors, with their true paths at the root."""

    def __post_init__(self) -> None:
        for url in (self.main, *self.vendors.values()):
            if url is not None:
                _check(url)

    def of(self, vendor: str) -> str | None:
        """A vendor's root as clients are configured with it; None: wherever they reach us."""
        if vendor in self.vendors:
            return self.vendors[vendor].rstrip("/")
        return None if self.main is None else f"{self.main.rstrip('/')}/{vendor}"

    @property
    def host_names(self) -> frozenset[str]:
        urls = (self.main, *self.vendors.values())
        return frozenset(name for url in urls if url is not None and (name := urlsplit(url).hostname) is not None)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise BadUrl(f"{url!r} is no public URL: give scheme, host and perhaps port and path, as in https://sandbox.example:8443/ats")


@dataclass(frozen=True, slots=True)
class Ports:
    """What listens for one scheme."""

    main: int
    vendors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Every address of one sandbox. `host` is the one it listens on."""

    host: str
    http: Ports | None
    """None: another server than the sandbox's own has the sockets, and all is below its root."""
    https: Ports | None = None
    public: PublicUrls = PublicUrls()
    ca: Path | None = None
    """The certificate that clients must trust for https."""

    def main(self, scheme: str = "http") -> str:
        """The main port's root, as seen from this machine."""
        return _url(scheme, self._own_name, self._ports(scheme).main)

    def port_url(self, vendor: str, scheme: str = "http") -> str:
        """The root of a vendor's own port, as seen from this machine."""
        return _url(scheme, self._own_name, self._ports(scheme).vendors[vendor])

    def vendor(self, name: str, asked: str | None = None) -> tuple[str, str | None]:
        """(base_url, https_base_url) of a vendor, for somebody who reached the main port at the root URL `asked`.

        Who came by another port than ours sees the sandbox through a mapped one. How the vendors' ports are mapped
        nobody can tell, so he is given the vendor below the main port that he knows to reach.
        """
        public = self.public.of(name)
        if public is not None:
            return public, public if public.startswith("https:") else None
        seen = urlsplit(asked if asked is not None else self.main())
        ours = self.https if seen.scheme == "https" else self.http
        if self.http is not None and ours is not None and seen.hostname is not None and _port(seen) == ours.main:
            https = None if self.https is None else _url("https", seen.hostname, self.https.vendors[name])
            return _url("http", seen.hostname, self.http.vendors[name]), https
        below = f"{seen.scheme}://{seen.netloc}/{name}"
        return below, below if seen.scheme == "https" else None

    def _ports(self, scheme: str) -> Ports:
        ports = self.https if scheme == "https" else self.http
        if ports is None:
            raise ValueError(f"this sandbox does not listen for {scheme}")
        return ports

    @property
    def _own_name(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - every interface includes this one


NO_SOCKETS = Addresses("localhost", None)


Secrets = Callable[[str], Mapping[str, str]]
"""From a vendor's name to a credential that works there."""


def connection(vendors: Iterable[str], secrets: Secrets, addresses: Addresses, admin_url: str, asked: str | None = None) -> dict[str, Any]:
    """Where everything is, and a working credential for each vendor; for somebody who reached the main port at `asked`."""
    told = {}
    for name in vendors:
        base_url, https_base_url = addresses.vendor(name, asked)
        told[name] = {"base_url": base_url, "https_base_url": https_base_url, "credential": shown(secrets(name), base_url)}
    return {"admin": admin_url, "ca": None if addresses.ca is None else str(addresses.ca), "vendors": told}


def _port(url: SplitResult) -> int | None:
    try:
        return url.port
    except ValueError:  # beyond 65535
        return None


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
