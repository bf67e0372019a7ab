"""What happens to one request of a vendor: tenant, journal, faults, rate limit, authentication, endpoint; in this order."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache

from mock_servers.engine.addresses import PublicUrls
from mock_servers.engine.asgi import (
    BodyTooLarge,
    BrokenCoding,
    ClientGone,
    Receive,
    Scope,
    Send,
    decoded_body,
    read_body,
    send_reply,
    send_struck,
)
from mock_servers.engine.clock import monotonic_seconds, wall_seconds
from mock_servers.engine.exchange import Exchange, MalformedBody, MalformedQuery
from mock_servers.engine.fault_base import NOT_THIS_ONE, BadFault, Decision, Delivery, Outcome
from mock_servers.engine.faults import Rule, carries_mark
from mock_servers.engine.routes import Endpoint, MalformedPath, Routes, decoded
from mock_servers.engine.tenants import Tenants
from mock_servers.engine.vendors import Operation, Refusal, Reply, Vendor

logger = logging.getLogger(__name__)

_HOST = re.compile(rb"[A-Za-z0-9._~%-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


UNABLE = Reply(500, b'{"error":"the simulated vendor cannot start; see the log of the sandbox"}')
"""When not even the default tenant can be made, for instance because its scenario is broken."""


class NoSuchTenant(LookupError):
    """The path form names a tenant that does not exist."""


class VendorApp:
    """One vendor's API, at its true paths below a mount. Links in answers begin as configured, else as the client called us."""

    def __init__(self, vendor: Vendor, tenants: Tenants, public_urls: PublicUrls) -> None:
        self.vendor, self.tenants = vendor, tenants
        self._public_url, self._public_main = public_urls.of(vendor.name), public_urls.main
        self.routes = Routes(vendor.operations)
        self.host_tenant = lru_cache(256)(vendor.authenticator.host_tenant)

    async def serve(self, scope: Scope, receive: Receive, send: Send, path: str, mount: str = "", named: str | None = None) -> None:
        """Answer one request. `path` is below the mount, still percent-encoded; `named` is the path form's tenant."""
        started = monotonic_seconds()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = _host(headers.get(b"host"), scope["server"])
        base_url = self._public_url if named is None else _below(self._public_main, mount)
        if base_url is None:
            base_url = _base_url(scope["scheme"], host, mount)
        exchange = Exchange(self.vendor, scope["method"], path, scope["query_string"], headers, base_url)
        trouble: tuple[int, str] | None = None
        try:
            exchange.body = await read_body(headers, receive, self.vendor.max_body_bytes)
            if headers.get(b"content-encoding") in self.vendor.codings:
                exchange.body = decoded_body(headers[b"content-encoding"], exchange.body, self.vendor.max_body_bytes)
        except BodyTooLarge as error:
            trouble = 413, str(error)
        except BrokenCoding as error:
            trouble = 400, str(error)
        except ClientGone:
            return
        answer = Answering(self, exchange)
        try:
            try:
                answer.find_tenant(host, named)
                delivery = await answer.deliver(trouble)
                if self.tenants.lasting:
                    self.tenants.keep_after(exchange)
            except Exception as error:  # noqa: BLE001 - every failure of vendor code becomes the vendor's own answer
                if not answer.knows_tenant:
                    exchange.tenant = self.tenants.default(self.vendor.name)
                delivery = self.failed(exchange, error)
        except Exception:
            logger.exception("%s cannot answer at all", self.vendor.name)
            await send_reply(send, UNABLE, [])
            return
        reply = delivery if isinstance(delivery, Reply) else delivery.reply
        at = exchange.tenant.clock.now()
        exchange.tenant.journal.append(exchange, reply, at=at, wall=wall_seconds(), duration=monotonic_seconds() - started)
        more_headers = [(b"date", _http_date(int(at))), *exchange.reply_headers]
        if isinstance(delivery, Reply):
            await send_reply(send, delivery, more_headers)
        else:
            await send_struck(scope, receive, send, delivery, more_headers)

    def failed(self, exchange: Exchange, error: Exception) -> Reply:
        """The vendor's answer to whatever was raised: a refusal, a 400 for what cannot be read, else 500 and the traceback in `why`."""
        if isinstance(error, Refusal):
            return error.reply
        errors = self.vendor.errors
        if isinstance(error, MalformedPath | MalformedQuery | MalformedBody):
            exchange.why = f"400: {error}"
            return errors.error(exchange, 400, str(error))
        if isinstance(error, OverflowError | UnicodeEncodeError):
            exchange.why = f"400: a value that cannot be stored: {error}"
            return errors.error(exchange, 400, "a value is out of range")
        if isinstance(error, NoSuchTenant):
            exchange.why = f"404: {error}"
            return errors.error(exchange, 404, str(error))
        logger.error("%s %s of %s failed", exchange.method, exchange.path, self.vendor.name, exc_info=error)
        exchange.why = "500, a defect of the sandbox: " + "".join(traceback.format_exception(error))
        return errors.error(exchange, 500)


class Answering:
    """One request on its way through the layers."""

    __slots__ = ("_app", "_belongs", "_exchange", "_problem", "knows_tenant")

    def __init__(self, app: VendorApp, exchange: Exchange) -> None:
        self._app, self._exchange, self.knows_tenant = app, exchange, False
        self._belongs = True
        """False: nothing in the request leads to a tenant, so only the default one's journal sees it."""
        self._problem: str | None = None
        """What is wrong with the credential, as the vendor's authenticator is told."""

    # -- tenant -------------------------------------------------------------------------------------------------

    def find_tenant(self, host: str, named: str | None) -> None:
        """By the path form, else the host's first label, else the credential. A key of another tenant is unknown there."""
        exchange, vendor, tenants = self._exchange, self._app.vendor, self._app.tenants
        try:
            secret = vendor.authenticator.presented(exchange)
            self._problem = "missing" if secret is None else None
        except ValueError:
            secret, self._problem = None, "malformed"
        found = tenants.by_secret(vendor.name, secret) if secret is not None else None
        label = named if named is not None else self._app.host_tenant(host)
        tenant = tenants.by_name(vendor.name, label) if label is not None else None
        if tenant is None and named is not None:
            raise NoSuchTenant(f"no tenant {named!r} of {vendor.name}")
        if tenant is None and found is not None:
            tenant = found[0]
        if secret is not None and found is not None and found[0] is tenant:
            exchange.credential, exchange.token = found[1], found[0].credentials.token(secret)
        elif secret is not None:
            self._problem = "unknown"
        self._belongs = tenant is not None
        exchange.tenant = tenant if tenant is not None else tenants.default(vendor.name)
        self.knows_tenant = True

    # -- faults -------------------------------------------------------------------------------------------------

    async def deliver(self, trouble: tuple[int, str] | None) -> Reply | Delivery:
        """`trouble`: status and words, when the body could not even be read."""
        exchange = self._exchange
        endpoint = self._route()
        if trouble is not None:
            status, words = trouble
            exchange.why = f"{status}: {words}"
            return self._app.vendor.errors.error(exchange, status, words)
        rule = self._due_fault() if exchange.tenant.faults.rules or carries_mark(exchange) else None
        if rule is None:
            return await self._work(endpoint)
        if rule.phase == "before":
            outcome = await self._strike(rule, None)
            return await self._work(endpoint) if isinstance(outcome, Decision) else outcome
        reply = await self._work(endpoint)
        outcome = await self._strike(rule, reply)
        return reply if isinstance(outcome, Decision) else outcome

    def _due_fault(self) -> Rule | None:
        """Raises Refusal, with the vendor's 400, for a mark in the data that means no fault."""
        exchange = self._exchange
        public = exchange.operation is not None and not exchange.operation.needs_credential
        if not (self._belongs or public):
            return None
        faults = exchange.tenant.faults
        rule = faults.take(exchange)
        if rule is not None or not carries_mark(exchange):
            return rule
        try:
            return faults.marked(exchange)
        except BadFault as error:
            exchange.why = f"400: {error}"
            raise Refusal(self._app.vendor.errors.error(exchange, 400, str(error))) from error

    def _route(self) -> Endpoint | None:
        exchange = self._exchange
        match = self._app.routes.match(exchange.path)
        if "%" in exchange.path:
            exchange.path = decoded(exchange.path)
        if match is None:
            return None
        endpoint, exchange.params = match
        exchange.operation = endpoint.get(exchange.method)
        return endpoint

    async def _strike(self, rule: Rule, reply: Reply | None) -> Outcome:
        exchange, fault = self._exchange, rule.fault
        outcome = fault.strike(exchange, reply, rule.memory) if reply is None or rule.is_about(exchange) else NOT_THIS_ONE
        if outcome is NOT_THIS_ONE:
            rule.struck -= 1
            return outcome
        exchange.faults_acted.append(fault.name)
        if fault.wait:
            await asyncio.sleep(fault.wait)
            if exchange.tenant.journal.ended:  # deleted meanwhile
                return Delivery(None)
        if not isinstance(outcome, Decision):
            done = "after the work was done" if rule.phase == "after" else "instead of the work"
            exchange.why = f"the fault {fault.name} ({rule.id}) struck {done}"
        return outcome

    # -- rate limit, authentication, endpoint ---------------------------------------------------------------------

    async def _work(self, endpoint: Endpoint | None) -> Reply:
        exchange = self._exchange
        try:
            refusal = self._over_limit() if exchange.tenant.rate_limit.on else None
            if refusal is not None:
                return refusal
            operation = exchange.operation
            if operation is None:
                return self._nothing_there(endpoint)
            refusal = self._refused(operation)
            if refusal is not None:
                return refusal
            if operation.writes:
                return _in_one_transaction(exchange, operation)
            return await operation.handler(exchange)
        except Exception as error:  # noqa: BLE001 - every failure of vendor code becomes the vendor's own answer
            return self._app.failed(exchange, error)

    def _over_limit(self) -> Reply | None:
        exchange = self._exchange
        if exchange.credential is None or (exchange.operation is not None and not exchange.operation.needs_credential):
            return None
        limit = exchange.tenant.rate_limit
        verdict = exchange.rate_limit = limit.count(exchange.credential.id, exchange.now)
        exchange.reply_headers.extend(limit.headers(verdict))
        if verdict.allowed:
            return None
        exchange.why = f"429: {limit.requests} requests in {limit.window_seconds:g} s are used up; {verdict.reset_seconds:g} s to go"
        return self._app.vendor.errors.rate_limited(exchange, verdict.reset_seconds)

    def _nothing_there(self, endpoint: Endpoint | None) -> Reply:
        exchange, errors = self._exchange, self._app.vendor.errors
        if endpoint is None:
            exchange.why = f"404: {exchange.vendor.name} is simulated without anything at {exchange.path}"
            return errors.error(exchange, 404)
        allow = (b"allow", endpoint.allow.encode("ascii"))
        if exchange.method == "OPTIONS":
            problem = self._credential_problem()
            if problem is None:
                return Reply(204, headers=(allow,))
            return _must_refuse(exchange.vendor.authenticator.refuse(exchange, problem))
        exchange.why = f"405: {exchange.path} takes {endpoint.allow}"
        reply = errors.error(exchange, 405)
        return replace(reply, headers=(*reply.headers, allow))

    def _refused(self, operation: Operation) -> Reply | None:
        """The vendor's 401, 403 or whatever it says to a credential that may not do this; None when it may."""
        exchange = self._exchange
        problem = self._credential_problem()
        if not operation.needs_credential:
            exchange.permission_decision = "not needed"
            if problem is not None:
                exchange.credential = exchange.token = None
            return None
        if problem is not None:
            exchange.permission_decision = "not reached"
            exchange.why = f"the credential is {problem}{self._credential_story()}"
            return _must_refuse(exchange.vendor.authenticator.refuse(exchange, problem))
        credential = exchange.credential
        if credential is None:
            raise AssertionError("a credential without a problem exists")
        credential.last_used_at = exchange.now
        if exchange.vendor.guard is not None:
            refusal = exchange.vendor.guard(exchange)
            if refusal is not None:
                return _must_refuse(refusal)
        if credential.permissions.issuperset(operation.needs):
            exchange.permission_decision = "allowed"
            return None
        missing = tuple(name for name in operation.needs if name not in credential.permissions)
        exchange.permission_decision = "denied"
        needs = f"{operation.id} needs {', '.join(operation.needs)}"
        exchange.why = f"{needs}; credential {credential.id} ({credential.name}) lacks {', '.join(missing)}"
        return _must_refuse(exchange.vendor.authenticator.forbid(exchange, missing))

    def _credential_problem(self) -> str | None:
        credential = self._exchange.credential
        if self._problem is not None or credential is None:
            return self._problem if self._problem is not None else "missing"
        token = self._exchange.token
        for holder in (credential,) if token is None else (credential, token):
            if holder.revoked:
                return "revoked"
            if holder.expires_at is not None and holder.expires_at <= self._exchange.now:
                return "expired"
        return None

    def _credential_story(self) -> str:
        credential = self._exchange.credential
        if credential is None:
            return f" to tenant {self._exchange.tenant.id}" if self._problem == "unknown" else ""
        story, token = f": {credential.id} ({credential.name})", self._exchange.token
        ends = [holder.expires_at for holder in (credential, token) if holder is not None and holder.expires_at is not None]
        if token is not None:
            story = f"{story} by its {token.kind} token"
        if not ends:
            return story
        return f"{story}, which ended at {datetime.fromtimestamp(min(ends), UTC).isoformat()} of the tenant's clock"


def _in_one_transaction(exchange: Exchange, operation: Operation) -> Reply:
    """Run a writing handler to its end without letting go of the loop; a refusal or failure leaves nothing behind."""
    store = exchange.store
    store.on_change = exchange.note_change
    try:
        with store.transaction():
            handling = operation.handler(exchange).__await__()
            try:
                next(handling)
            except StopIteration as done:
                reply: Reply = done.value
            else:
                raise RuntimeError(f"{operation.id} writes, so it must not wait for anything: others would see half of its work")
            if reply.status >= 400:
                raise Refusal(reply)
    except BaseException:
        exchange.changes.clear()
        raise
    finally:
        store.on_change = None
    return reply


def _must_refuse(reply: Reply) -> Reply:
    if reply.status < 400:
        raise AssertionError(f"the vendor answers {reply.status} to a request that must be refused")
    return reply


@lru_cache(256)
def _host(header: bytes | None, server: tuple[str, int | None] | None) -> str:
    """The Host header, or where the request arrived when it has none that could stand in a link."""
    if header is not None and _HOST.fullmatch(header):
        return header.decode("ascii")
    name, port = server if server is not None else ("localhost", None)
    name = f"[{name}]" if ":" in name else name
    return name if port is None else f"{name}:{port}"


@lru_cache(256)
def _base_url(scheme: str, host: str, mount: str) -> str:
    return f"{scheme}://{host}{mount}"


def _below(public_main: str | None, mount: str) -> str | None:
    """The path form exists on the main port only."""
    return None if public_main is None else f"{public_main.rstrip('/')}{mount}"


@lru_cache(256)
def _http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode("ascii")
