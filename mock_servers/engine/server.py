"""The sandbox on real sockets: one main port, one port a vendor; in the foreground for people, on a thread for tests."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from mock_servers.engine.admin import Admin
from mock_servers.engine.app import ADMIN, create_app
from mock_servers.engine.credentials import shown
from mock_servers.engine.protocol import SandboxProtocol
from mock_servers.engine.scenarios import SHIPPED_FIXTURES, Scenarios
from mock_servers.engine.tenants import DEFAULT_SEED, Tenants
from mock_servers.engine.vendors import Vendor, installed

T = TypeVar("T")

KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 2
START_SECONDS = 30


class Sandbox:
    """All simulated vendors in one process.

    `with Sandbox() as sandbox:` serves from a thread until the block ends; `sandbox.run(on_ready)` serves in the
    foreground until Ctrl-C or SIGTERM. Ports are bound when the object is made; 0 means a free one.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        vendors: Mapping[str, Vendor] | None = None,
        *,
        vendor_ports: Mapping[str, int] | None = None,
        fixtures: Sequence[Path] = (SHIPPED_FIXTURES,),
        seed: str = DEFAULT_SEED,
        admin_open: bool = False,
        host_names: Collection[str] = (),
    ) -> None:
        self.host, self.vendors = host, dict(vendors) if vendors is not None else installed()
        self.tenants = Tenants(self.vendors, Scenarios(fixtures), seed=seed)
        wanted = vendor_ports if vendor_ports is not None else {}
        self._sockets: list[socket.socket] = []
        self._main = self._bind(port)
        self._vendor_sockets = {name: self._bind(wanted.get(name, 0)) for name in self.vendors}
        admin = Admin(self.tenants, self.addresses, open_to_network=admin_open, host_names=host_names)
        ports = {bound.getsockname()[1]: name for name, bound in self._vendor_sockets.items()}
        self.app = create_app(self.tenants, admin=admin, vendor_of_port=ports)
        self._server: _Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- addresses ----------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self._url(self._main)

    @property
    def admin_url(self) -> str:
        return f"{self.url}/{ADMIN}"

    def vendor_url(self, name: str) -> str:
        return self._url(self._vendor_sockets[name])

    def addresses(self, name: str) -> tuple[str, str | None]:
        """(base_url, https_base_url) of a vendor."""
        return self.vendor_url(name), None

    def ready_info(self) -> dict[str, Any]:
        """What `up --json` prints: where everything is, and a working credential for each vendor."""
        return {"admin": self.admin_url, "ca": None, "vendors": {name: self._vendor_info(name) for name in self.vendors}}

    # -- running ------------------------------------------------------------------------------------------------

    def run(self, on_ready: Callable[[Sandbox], None] | None = None) -> None:
        """Serve until Ctrl-C or SIGTERM; then finish what is under way and return."""

        async def serve() -> None:
            loop = asyncio.get_running_loop()
            for wanted in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(wanted, self.stop)
            await self._serve(lambda: on_ready(self) if on_ready is not None else None)

        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(serve())

    def stop(self) -> None:
        """Let a running sandbox end soon; safe to call from any thread."""
        if self._server is not None:
            self._server.should_exit = True

    def call(self, work: Callable[[], T]) -> T:
        """Do something with the tenants of a sandbox that runs on its thread, there where nothing comes between."""
        if self._loop is None:
            raise RuntimeError("the sandbox is not running on a thread")

        async def on_loop() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result()

    def __enter__(self) -> Sandbox:
        ready = threading.Event()
        failures: list[BaseException] = []
        self._thread = threading.Thread(target=self._run_on_thread, args=(ready, failures), name="ats-sandbox", daemon=True)
        self._thread.start()
        ready.wait(START_SECONDS)
        if failures:
            raise failures[0]
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    # -- inside -------------------------------------------------------------------------------------------------

    def _run_on_thread(self, ready: threading.Event, failures: list[BaseException]) -> None:
        try:
            with asyncio.Runner(loop_factory=_new_loop) as runner:
                self._loop = runner.get_loop()
                runner.run(self._serve(ready.set))
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits in __enter__
            failures.append(error)
        finally:
            self._loop = None
            ready.set()

    async def _serve(self, on_started: Callable[[], None]) -> None:
        config = uvicorn.Config(
            self.app,
            http=SandboxProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            # The date is the tenant's, and the pipeline sends it.
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = _Server(config, on_started)
        try:
            await self._server.serve(self._sockets)
        finally:
            for tenant in list(self.tenants):
                self.tenants.delete(tenant)

    def _bind(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        bound = socket.create_server((self.host, port), family=family, backlog=2048)
        self._sockets.append(bound)
        return bound

    def _url(self, bound: socket.socket) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - every interface includes this one
        return f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"

    def _vendor_info(self, name: str) -> dict[str, Any]:
        base_url, https_base_url = self.addresses(name)
        return {"base_url": base_url, "https_base_url": https_base_url, "credential": shown(self.tenants.default_secrets(name), base_url)}


class _Server(uvicorn.Server):
    """Leaves signals to the sandbox, and says when its sockets accept."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
