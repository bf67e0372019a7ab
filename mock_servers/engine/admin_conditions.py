"""The circumstances of one tenant over HTTP: clock, quirks, options, faults, rate limit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from mock_servers.engine.admin_desk import LATEST, AdminProblem, Desk, clock_json, iso, with_settings
from mock_servers.engine.admin_models import Advance, ClockWish, QuirkWish, RateLimitWish, RuleWish
from mock_servers.engine.faults import KINDS, Aim, Rule, check_operation
from mock_servers.engine.rate_limit import RateLimit
from mock_servers.engine.tenant import Tenant


def router(desk: Desk) -> APIRouter:
    """Its routes, over these tenants."""
    routes = APIRouter(prefix="/tenants/{id}")
    _add_clock(routes, desk)
    _add_quirks_and_options(routes, desk)
    _add_faults(routes, desk)
    _add_rate_limit(routes, desk)
    return routes


def _add_clock(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/clock", tags=["clock"], summary="What time it is there.")
    async def get(id: str) -> dict[str, Any]:
        return clock_json(desk.tenants.get(id).clock)

    @routes.put("/clock", tags=["clock"], summary="Freeze it, let it run, set it; forward, all due work is done on the way.")
    async def put(id: str, wish: ClockWish) -> dict[str, Any]:
        clock = desk.tenants.get(id).clock
        if wish.at is not None:
            await clock.set_fully(_within_time(wish.at.timestamp()))
        if wish.frozen is not None:
            (clock.freeze if wish.frozen else clock.run)()
        return clock_json(clock)

    @routes.post("/clock/advance", tags=["clock"], summary="Move it forward; answers after all due work is done.")
    async def advance(id: str, wish: Advance) -> dict[str, Any]:
        clock = desk.tenants.get(id).clock
        _within_time(clock.now() + wish.seconds)
        await clock.advance_fully(wish.seconds)
        return clock_json(clock)


def _within_time(seconds: float) -> float:
    if seconds > LATEST:
        raise AdminProblem(422, "out_of_range", "clocks end with the year 9998", "advance by less")
    return seconds


def _add_quirks_and_options(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/quirks", tags=["quirks"], summary="Which quirks are on, and how.")
    async def quirks(id: str) -> dict[str, Any]:
        return {"quirks": desk.tenants.get(id).quirks.state()}

    @routes.get("/quirks/asked", tags=["quirks"], summary="Which quirks anything has looked at; no other can have made a difference.")
    async def asked(id: str) -> dict[str, Any]:
        return {"asked": desk.tenants.get(id).quirks.asked()}

    @routes.put("/quirks/{name}", tags=["quirks"], summary="Switch one.")
    async def switch(id: str, name: str, wish: QuirkWish) -> dict[str, Any]:
        switches = desk.tenants.get(id).quirks
        settings = asdict(with_settings(switches.kind(name), wish.settings, "bad_quirk"))
        switches.switch(name, on=wish.on, settings=settings)
        return {"name": name, **switches.state()[name]}

    @routes.get("/options", tags=["options"], summary="Switches that are no quirks.")
    async def options(id: str) -> dict[str, Any]:
        return desk.tenants.get(id).options

    @routes.put("/options", tags=["options"], summary="Change some; the others stay.")
    async def set_options(id: str, wish: dict[str, Any]) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        tenant.set_options(wish)
        return tenant.options


def _add_faults(routes: APIRouter, desk: Desk) -> None:
    kinds = "\n".join(f"- `{name}`: {kind.describe()['text']}" for name, kind in KINDS.items())

    @routes.get("/faults", tags=["faults"], summary="The rules that are still armed, in the order they were set.")
    async def faults(id: str) -> dict[str, Any]:
        return {"faults": [_rule_json(rule) for rule in _living(desk.tenants.get(id))]}

    @routes.post("/faults", status_code=201, tags=["faults"], summary="Arm one.", description=f"The first set wins. Kinds:\n{kinds}")
    async def arm(id: str, wish: RuleWish) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        if wish.kind not in KINDS:
            raise AdminProblem(422, "bad_fault", f"no kind of fault is called {wish.kind!r}", f"there are {', '.join(KINDS)}")
        if wish.operation is not None:
            check_operation(tenant.vendor.operations, wish.operation)
        fault = with_settings(KINDS[wish.kind], wish.model_extra if wish.model_extra is not None else {}, "bad_fault")
        expires_at = None if wish.expires_in is None else tenant.clock.now() + wish.expires_in
        aim = Aim(**wish.model_dump(exclude={"kind", "phase", "expires_in", *(wish.model_extra or {})}), expires_at=expires_at)
        return _rule_json(tenant.faults.add(fault, aim, phase=wish.phase))

    @routes.delete("/faults", status_code=204, tags=["faults"], summary="Disarm all.")
    async def disarm_all(id: str) -> None:
        desk.tenants.get(id).faults.clear()

    @routes.delete("/faults/{fault_id}", status_code=204, tags=["faults"], summary="Disarm one.")
    async def disarm(id: str, fault_id: str) -> None:
        if not desk.tenants.get(id).faults.remove(fault_id):
            raise AdminProblem(
                404, "unknown_fault", f"no rule {fault_id!r} is armed", "used up rules are gone; GET …/faults lists the others"
            )


def _living(tenant: Tenant) -> list[Rule]:
    return tenant.faults.living(tenant.clock.now())


def _rule_json(rule: Rule) -> dict[str, Any]:
    aim = asdict(rule.aim)
    ends = aim.pop("expires_at")
    return {
        "id": rule.id,
        "kind": rule.fault.name,
        "phase": rule.phase,
        **aim,
        "expires_at": None if ends is None else iso(ends),
        "remaining": rule.remaining,
        "struck": rule.struck,
        **asdict(rule.fault),
    }


def _add_rate_limit(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/rate_limit", tags=["rate limit"], summary="The limit, whether it is on, and what each counter stands at.")
    async def get(id: str) -> dict[str, Any]:
        tenant = desk.tenants.get(id)
        return {**_limit_json(tenant.rate_limit), "counters": _counters_json(tenant)}

    @routes.put("/rate_limit", tags=["rate limit"], summary="Switch it, with other numbers if given; counting starts anew.")
    async def put(id: str, wish: RateLimitWish) -> dict[str, Any]:
        limit = desk.tenants.get(id).rate_limit
        limit.set(on=wish.on, requests=wish.requests, window_seconds=wish.window_seconds)
        return {**_limit_json(limit), "counters": {}}


def _counters_json(tenant: Tenant) -> dict[str, Any]:
    """By credential id; "*" is the whole account's."""
    now = tenant.clock.now()
    return {
        counter: {"used": it.limit - it.remaining, "remaining": it.remaining, "resets_at": iso(now + it.reset_seconds)}
        for counter, it in tenant.rate_limit.usage(now).items()
    }


def _limit_json(limit: RateLimit) -> dict[str, Any]:
    return {"on": limit.on, "requests": limit.requests, "window_seconds": limit.window_seconds}
