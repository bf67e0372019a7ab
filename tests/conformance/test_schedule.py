"""Who does what next: every task once, a vendor's stages one after the other, and no worker idle while something waits."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any, cast

from conformance import execution
from conformance.check import all_checks
from conformance.execution import CheckFound, Findings, Stages, Task
from conformance.keeping import Forgetful
from conformance.workers import _Schedule


class Worker:
    """In the place of a process: done at once."""

    def __init__(self, log: list[tuple[int, Task]], number: int) -> None:
        self._log, self._number = log, number

    def submit(self, run: Any, task: Task, before: Findings) -> Future[Findings]:
        self._log.append((self._number, task))
        done: Future[Findings] = Future()
        done.set_result(findings(task))
        return done


class Knowing(Forgetful):
    """Remembers these checks."""

    def __init__(self, *checks: str) -> None:
        self._checks = checks

    def find(self, task: Task, before: Findings) -> tuple[Findings, Task]:
        known = Task(task.vendor, tuple(check for check in task.checks if check in self._checks))
        return findings(known), Task(task.vendor, tuple(check for check in task.checks if check not in self._checks))


def findings(task: Task) -> Findings:
    return Findings(tuple(CheckFound(check, (), 0, 0) for check in task.checks))


def stages(vendor: str) -> Stages:
    then = tuple(Task(vendor, names) for names in (("HEAVY-1", "HEAVY-2"), ("LIGHT-1",), ("LIGHT-2",)))
    return Stages(Task(vendor, ("FIRST-1",)), then, Task(vendor, ("LAST-1",)))


def scheduled(
    vendors: tuple[str, ...], memory: Forgetful, workers: int = 2
) -> tuple[dict[str, Findings], list[tuple[int, Task]], list[str]]:
    log: list[tuple[int, Task]] = []
    told: list[str] = []
    pools = cast("Any", [Worker(log, number) for number in range(workers)])
    found = _Schedule(pools, {name: stages(name) for name in vendors}, memory, lambda vendor, check, failed: told.append(check)).run()
    return found, log, told


ALL = ("FIRST-1", "HEAVY-1", "HEAVY-2", "LIGHT-1", "LIGHT-2", "LAST-1")


def test_every_check_is_run_once_and_told_in_the_order_of_the_plan():
    found, log, _ = scheduled(("a", "b", "c"), Forgetful())

    for vendor in ("a", "b", "c"):
        assert tuple(one.check for one in found[vendor].checks) == ALL
        run = [task.checks for _, task in log if task.vendor == vendor]
        assert (run[0], run[-1], len(run)) == (("FIRST-1",), ("LAST-1",), 5)


def test_a_worker_stays_with_its_vendor_while_there_is_something_to_do():
    _, log, _ = scheduled(("a", "b"), Forgetful())

    assert {vendor: {worker for worker, task in log if task.vendor == vendor} for vendor in ("a", "b")} == {"a": {0}, "b": {1}}


def test_the_others_help_in_the_end():
    _, log, _ = scheduled(("a",), Forgetful())

    assert {worker for worker, _ in log} == {0, 1}


def test_what_is_known_is_not_run_and_what_rests_on_it_is_run_once():
    found, log, told = scheduled(("a",), Knowing("FIRST-1", "HEAVY-1", "HEAVY-2", "LIGHT-1", "LIGHT-2"))

    assert [task.checks for _, task in log] == [("LAST-1",)]
    assert tuple(one.check for one in found["a"].checks) == ALL
    assert told == [*ALL[:-1]]


def test_a_task_of_which_a_part_is_known_runs_the_rest_and_keeps_its_order():
    found, log, _ = scheduled(("a",), Knowing("HEAVY-2"))

    assert ("HEAVY-1",) in [task.checks for _, task in log]
    assert tuple(one.check for one in found["a"].checks) == ALL


def test_nothing_to_run_is_no_reason_to_wait():
    found, log, _ = scheduled(("a", "b"), Knowing(*ALL))

    assert log == []
    assert {vendor: len(one.checks) for vendor, one in found.items()} == {"a": 6, "b": 6}


def test_what_looks_at_the_same_is_one_task():
    """What is seen with fewer permissions, and what actions do, is judged by several chapters, and a worker that runs all of them looks once."""
    plan = execution.stages("a", all_checks())
    chapters = {check.id: check.chapter for check in all_checks()}
    together = [list(dict.fromkeys(chapters[name] for name in task.checks)) for task in plan.then]

    assert ["permissions", "matrix"] in together
    assert ["actions", "permissions", "matrix"] in together
    assert [len(one) for one in together].count(1) == len(together) - 2
    assert sorted(name for task in (plan.first, *plan.then, plan.last) for name in task.checks) == sorted(chapters)


def test_who_is_free_helps_where_most_is_left():
    """Of two vendors that others are at, the one whose first stage took longer has more to do."""
    plan = {name: stages(name) for name in ("quick", "slow")}
    pools = cast("Any", [Worker([], number) for number in range(3)])
    schedule = _Schedule(pools, plan, Forgetful(), lambda vendor, check, failed: None)
    schedule._pace.update(quick=1.0, slow=5.0)
    schedule._seen[0].add("quick")
    schedule._seen[1].add("slow")
    for name in ("quick", "slow"):
        for number, task in enumerate(plan[name].then):
            schedule._submit(task, Findings(), number)

    assert schedule._waiting[schedule._best_for(2)].task == plan["slow"].then[0]
    assert schedule._waiting[schedule._best_for(0)].task == plan["quick"].then[0]
