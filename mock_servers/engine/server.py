"""The sandbox on real sockets: one main port, one port a vendor, over http and https; in the foreground or on a thread."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn

from mock_servers.engine.addresses import Addresses, Ports, PublicUrls, Secrets, connection
from mock_servers.engine.asgi import Receive, Scope, Send
from mock_servers.engine.certificates import Authority
from mock_servers.engine.names import ADMIN, DEFAULT_SEED
from mock_servers.engine.protocol import SandboxProtocol
from mock_servers.engine.vendors import Vendor, installed, vendor_names

if TYPE_CHECKING:
    from mock_servers.engine.app import SandboxApp
    from mock_servers.engine.scenario_cache import ScenarioCache
    from mock_servers.engine.tenants import Tenants

T = TypeVar("T")

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 2
START_SECONDS = 30
KEEP_SECONDS = 1
LATER_SECONDS = 1
"""So long the vendors that nobody has called yet let the others go first."""


class Sandbox:
    """All simulated vendors in one process.

    `with Sandbox() as sandbox:` serves from a thread until the block ends; `sandbox.run(on_ready)` serves in the
    foreground until Ctrl-C or SIGTERM. Ports are bound when the object is made; 0 means a free one. With an authority
    all is served over https, too, from ports of its own: `https_port` is the main one, the vendors get the next ones.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        vendors: Mapping[str, Vendor] | None = None,
        *,
        vendor_ports: Mapping[str, int] | None = None,
        fixtures: Sequence[Path] | None = None,
        seed: str = DEFAULT_SEED,
        admin_open: bool = False,
        host_names: Collection[str] = (),
        authority: Authority | None = None,
        https_port: int = 0,
        public_urls: PublicUrls | None = None,
        data: Path | None = None,
        default_scenarios: Mapping[str, str] | None = None,
        scenario_cache: ScenarioCache | None = None,
    ) -> None:
        """With `data`, tenants are kept in that folder, and go on where they were. Raises OSError, UnreadableFolder."""
        self.host, self.authority = host, authority
        self.vendor_names = tuple(vendors) if vendors is not None else tuple(vendor_names())
        self._inside: Inside | None = None
        self._building = threading.Lock()
        wanted = vendor_ports if vendor_ports is not None else {}
        following = {name: https_port + number if https_port else 0 for number, name in enumerate(self.vendor_names, start=1)}
        public = public_urls if public_urls is not None else PublicUrls()
        self._plain: list[socket.socket] = []
        self._secured: list[socket.socket] = []
        try:
            http = self._bind(self._plain, port, wanted)
            https = self._bind(self._secured, https_port, following) if authority is not None else None
        except OSError:
            self._close_sockets()
            raise
        self.addresses = Addresses(host, http, https, public, authority.ca if authority is not None else None)
        ports = {bound: name for listening in (http, https) if listening is not None for name, bound in listening.vendors.items()}
        names = (*host_names, *public.host_names)
        self._build_inside = partial(
            _build, vendors, (fixtures, scenario_cache), seed, data, default_scenarios, self.addresses, ports, admin_open, names
        )
        if vendors is not None or data is not None:
            try:
                self.build()
            except Exception:
                self._close_sockets()
                raise
        self._server: _Server | None = None
        self._failure: Exception | None = None
        self._on_complete: Callable[[], None] = lambda: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # -- what is inside ------------------------------------------------------------------------------------------

    def build(self) -> Inside:
        """Everything behind the sockets, made at the first need: vendors and their libraries take longer to import than all
        else that a start does. Any thread may call it. Raises whatever is wrong with a vendor."""
        with self._building:
            if self._inside is None:
                self._inside = self._build_inside()
            return self._inside

    @property
    def tenants(self) -> Tenants:
        return self.build().tenants

    @property
    def vendors(self) -> Mapping[str, Vendor]:
        return self.tenants.vendors

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app of requests that come before it is built; later connections go straight to it."""
        inside = self._inside if self._inside is not None else await asyncio.to_thread(self.build)
        await inside.app(scope, receive, send)

    # -- addresses ----------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.addresses.main()

    @property
    def https_url(self) -> str | None:
        return self.addresses.main("https") if self.authority is not None else None

    @property
    def admin_url(self) -> str:
        return f"{self.url}/{ADMIN}"

    def vendor_url(self, name: str, scheme: str = "http") -> str:
        """Where this machine reaches the vendor. Raises ValueError when https is not served."""
        return self.addresses.port_url(name, scheme)

    def ready_info(self, secrets: Secrets | None = None) -> dict[str, Any]:
        """What `up --json` prints: where everything is, and a working credential for each vendor, if it is not known already."""
        known = secrets if secrets is not None else self.tenants.default_secrets
        return connection(self.vendor_names, known, self.addresses, self.admin_url)

    # -- running ------------------------------------------------------------------------------------------------

    def run(self, on_ready: Callable[[Sandbox], None] | None = None, on_complete: Callable[[], None] | None = None) -> None:
        """Serve until Ctrl-C or SIGTERM; then finish what is under way and return.

        `on_ready` is called when the sockets accept, `on_complete` when nothing is left to be imported behind them.
        """
        if on_complete is not None:
            self._on_complete = on_complete

        async def serve() -> None:
            loop = asyncio.get_running_loop()
            for wanted in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(wanted, self.stop)
            await self._serve(lambda: on_ready(self) if on_ready is not None else None)

        with asyncio.Runner(loop_factory=_new_loop) as runner:
            runner.run(serve())
        if self._failure is not None:
            raise self._failure

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
        self.build()
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
            self._app,
            interface="asgi3",
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
        open_ = asyncio.Event()

        def started() -> None:
            on_started()
            open_.set()

        self._server = _Server(config, started, self._end_journals, self._secured, self.authority)
        behind = asyncio.create_task(self._behind_the_sockets(config, open_))
        try:
            await self._server.serve(self._plain)
        finally:
            behind.cancel()
            with self._building:
                if self._inside is not None:
                    self._inside.tenants.close()

    async def _behind_the_sockets(self, config: uvicorn.Config, open_: asyncio.Event) -> None:
        """Build everything before somebody asks, but not before it is told that somebody may; then, in a data folder, write
        down a little later what mere reads change."""
        await open_.wait()
        try:
            inside = await asyncio.to_thread(self.build)
            config.loaded_app = inside.app
            await asyncio.sleep(LATER_SECONDS)
            await asyncio.to_thread(lambda: list(inside.tenants.vendors.values()))
            self._on_complete()
        except Exception as error:  # noqa: BLE001 - run() raises it
            self._failure = error
            self.stop()
            return
        while inside.tenants.lasting:
            await asyncio.sleep(KEEP_SECONDS)
            inside.tenants.keep_touched()

    def _end_journals(self) -> None:
        """Who follows one would keep the server from ending."""
        for tenant in self._inside.tenants if self._inside is not None else ():
            tenant.journal.end()

    def _close_sockets(self) -> None:
        for bound in (*self._plain, *self._secured):
            bound.close()

    def _bind(self, sockets: list[socket.socket], main: int, vendors: Mapping[str, int]) -> Ports:
        """Listen on the main port and on one for each vendor; what is bound is added to `sockets` as it comes."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        for port in (main, *(vendors.get(name, 0) for name in self.vendor_names)):
            sockets.append(socket.create_server((self.host, port), family=family, backlog=BACKLOG))
        first, *others = (bound.getsockname()[1] for bound in sockets)
        return Ports(first, dict(zip(self.vendor_names, others, strict=True)))


@dataclass(frozen=True, slots=True)
class Inside:
    """Everything behind the sockets."""

    tenants: Tenants
    app: SandboxApp


def _build(
    vendors: Mapping[str, Vendor] | None,
    worlds: tuple[Sequence[Path] | None, ScenarioCache | None],
    seed: str,
    data: Path | None,
    default_scenarios: Mapping[str, str] | None,
    addresses: Addresses,
    vendor_of_port: Mapping[int, str],
    admin_open: bool,
    host_names: Collection[str],
) -> Inside:
    from mock_servers.engine.admin import Admin
    from mock_servers.engine.app import create_app
    from mock_servers.engine.data_folder import DataFolder
    from mock_servers.engine.scenarios import Scenarios
    from mock_servers.engine.tenants import Tenants

    folder = DataFolder(data) if data is not None else None
    known = vendors if vendors is not None else installed()
    tenants = Tenants(known, Scenarios(*worlds), seed=seed, folder=folder, default_scenarios=default_scenarios)
    admin = Admin(tenants, addresses, open_to_network=admin_open, host_names=host_names)
    return Inside(tenants, create_app(tenants, admin=admin, vendor_of_port=vendor_of_port, public_urls=addresses.public))


class _Server(uvicorn.Server):
    """Leaves signals to the sandbox, serves https beside http, and says when its sockets accept."""

    def __init__(
        self,
        config: uvicorn.Config,
        on_started: Callable[[], None],
        on_ending: Callable[[], None],
        secured: Sequence[socket.socket],
        authority: Authority | None,
    ) -> None:
        super().__init__(config)
        self._on_started, self._on_ending, self._secured, self._authority = on_started, on_ending, secured, authority

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._authority is not None:
            loop = asyncio.get_running_loop()
            for bound in self._secured:
                self.servers.append(await loop.create_server(self._protocol, sock=bound, ssl=self._authority.context, backlog=BACKLOG))
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_ending()
        await super().shutdown([*(sockets if sockets is not None else ()), *self._secured])

    def _protocol(self) -> asyncio.Protocol:
        return SandboxProtocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # not made for Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
