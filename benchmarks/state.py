"""State: what a fork, its first write, a snapshot and a restore cost; and how long a large world takes to be made."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.figures import Figure, best
from mock_servers.engine.tenants import Tenant, Tenants
from mock_servers.engine.vendors import installed

SHIPPED_MS, LARGE_MS = 3, 100
LARGE = "world:candidates=100000,applications=0"
HUGE = "world:candidates=100000,applications=300000"
HUGE_SECONDS = 10


def figures() -> Iterator[Figure]:
    """In process: what HTTP adds is another benchmark's."""
    vendors = installed()
    for name in vendors:
        tenants = Tenants(vendors)
        yield from _forks(tenants, tenants.default(name), f"of {name}'s shipped scenario", SHIPPED_MS)
    tenants = Tenants(vendors)
    yield from _forks(tenants, tenants.create("pinpoint", scenario=LARGE), "of 100,000 Pinpoint candidates", LARGE_MS)
    yield from _worlds()


def _forks(tenants: Tenants, origin: Tenant, what: str, limit: float) -> Iterator[Figure]:
    def fork() -> None:
        tenants.delete(tenants.fork(origin))

    def fork_and_write() -> None:
        copy = tenants.fork(origin)
        _write(copy)
        tenants.delete(copy)

    yield Figure(f"a fork {what}", 1000 * best(fork, rounds=20), "ms", at_most=limit)
    yield Figure(f"a fork {what} and its first write", 1000 * best(fork_and_write, rounds=20), "ms", at_most=limit)
    name, _ = origin.take_snapshot()

    def change_and_restore() -> None:
        _write(origin)
        origin.restore(name)

    yield Figure(f"a write and a restore {what}", 1000 * best(change_and_restore, rounds=10), "ms")


def _write(tenant: Tenant) -> None:
    """The least that makes a copy leave the database that it shares."""
    tenant.store.next_id("benchmark:write")


def _worlds() -> Iterator[Figure]:
    for vendor in (name for name, one in installed().items() if one.factory is not None):
        tenants = Tenants(installed())
        tenants.create(vendor, scenario="world:candidates=100")  # imports, pools
        took, cpu = _once(lambda tenants=tenants, vendor=vendor: tenants.create(vendor, scenario=HUGE))  # type: ignore[misc]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
        detail = f"{took:.1f} s by the clock on the wall; {peak:,.0f} MB at the peak"
        yield Figure(f"{vendor}: 100,000 candidates with 300,000 applications made", cpu, "s", at_most=HUGE_SECONDS, detail=detail)
        for tenant in list(tenants):
            tenants.delete(tenant)


def _once(work: Callable[[], object]) -> tuple[float, float]:
    """(seconds on the wall, seconds of this process)."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
