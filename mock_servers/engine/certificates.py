"""A local certificate authority, made offline once and kept: https under every name by which this machine is called.

trustme is imported only where something must be issued, so that a start with a kept authority costs three small files.
The authority's key stays in its folder, readable by its owner only. Give its certificate to the programs under test;
do not add it to a system's store, where it would be trusted for every site.
"""

from __future__ import annotations

import os
import shutil
import ssl
import tempfile
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import trustme

CA_FILE, KEY_FILE, SERVER_FILE = "ca.pem", "ca-key.pem", "server.pem"
NAMES = ("localhost", "127.0.0.1", "::1", "*.localhost")
"""Of the kept server certificate. Most clients refuse a wildcard over a whole top-level name, so a name below
localhost gets a certificate of its own when it is first asked for."""
NAMES_ISSUED = 256


class UnusableAuthority(OSError):
    """Its folder can be neither read nor made."""


class Authority:
    """One certificate authority in one folder. `ca` is the file that clients must trust."""

    def __init__(self, folder: Path, names: Collection[str] = ()) -> None:
        """Use the authority in this folder, made if there is none. `names`: by which we are called beside the usual ones.

        Raises:
            UnusableAuthority: the folder cannot be written, or holds something else.
        """
        self.folder, self.ca = folder, folder / CA_FILE
        try:
            if not self.ca.exists():
                _make(folder)
            self.context = self._context(folder / SERVER_FILE)
            more = [name for name in names if name not in NAMES]
            if more:
                self.context = self._issue_context((*NAMES, *more))
        except (OSError, ValueError) as error:
            raise UnusableAuthority(f"no certificate authority in {folder}: {error}; remove that folder to have a new one") from error
        self._issued = lru_cache(NAMES_ISSUED)(self._issue_context)
        self._known = frozenset((*NAMES, *names))
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        """Answer under the name that the client asks for; without one, or with none that can be certified, as usual."""
        if name is None or name in self._known:
            return
        try:
            connection.context = self._issued((name,))
        except ValueError:  # no host name at all: the client will find that the usual one does not fit
            return

    def _issue_context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        issued = _load(self.folder).issue_cert(*names)
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / SERVER_FILE
            _write_secret(file, issued.private_key_and_cert_chain_pem.bytes())
            return self._context(file)

    @staticmethod
    def _context(file: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.set_alpn_protocols(["http/1.1"])
        return context


def _make(folder: Path) -> None:
    """All three files at once, so that two sandboxes which start together share one authority."""
    import trustme

    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        authority = trustme.CA(organization_name="ats-sandbox", organization_unit_name="local test certificates")
        _write_secret(scratch / KEY_FILE, authority.private_key_pem.bytes())
        _write_secret(scratch / SERVER_FILE, authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.bytes())
        (scratch / CA_FILE).write_bytes(authority.cert_pem.bytes())
        scratch.chmod(0o755)
        scratch.rename(folder)
    except OSError:
        if not (folder / CA_FILE).exists():  # else another one was first
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _load(folder: Path) -> trustme.CA:
    import trustme

    return trustme.CA.from_pem((folder / CA_FILE).read_bytes(), (folder / KEY_FILE).read_bytes())


def _write_secret(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
