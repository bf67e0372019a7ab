"""Runs the suite against one mutant, until the first right check that is no crash turns red. Prints one JSON object.

Each mutant has a process of its own: the change is in place before the connectors are imported. A defect in what the vendors
share is judged as a full run judges it: by one vendor's suite after the other, until one of them sees it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from typing import Any

MOST_CPU_SECONDS = 400
"""Several times what the right connectors need. Who needs more hangs."""


class Caught(BaseException):
    """Ends a run at the first right check that is red; nothing in the suite may take it for a crash."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module")
    parser.add_argument("--number", type=int)
    parser.add_argument("--hand-made", help="a defect made by hand, by its name")
    parser.add_argument("--by-rule", help="a defect by rule, by its name")
    parser.add_argument("--vendor", action="append", required=True, help="whose suite judges; several are asked in this order")
    parser.add_argument(
        "--chapter", action="append", default=[], help="whose checks are the right ones, the likeliest first (default: all)"
    )
    parser.add_argument("--likely", help="the check that is asked first, by the first vendor's suite")
    parser.add_argument("--sandbox", required=True)
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    if chosen.module is not None:
        from tests.strength.mutants import apply

        apply(chosen.module, chosen.number)
    if chosen.hand_made is not None:
        from tests.strength.handmade import named
        from tests.strength.handmade.applying import put_in_place

        put_in_place(named(chosen.hand_made))
    try:
        found = judged(chosen.vendor, chosen.sandbox, tuple(chosen.chapter), chosen.by_rule, chosen.likely)
    except Exception as error:  # noqa: BLE001 - a mutant that cannot even be started is no defect of the kind that is looked for
        found = {"stillborn": f"{type(error).__name__}: {error}"[:300]}
    json.dump(found, sys.stdout)


def judged(
    vendors: list[str], sandbox_url: str, right: tuple[str, ...], by_rule: str | None = None, likely: str | None = None
) -> dict[str, Any]:
    """{"caught": check or None, "by": vendor, "said": its finding, "wrong": checks of other chapters that were red, "crashed", "silent"}."""
    from conformance.sandbox import Sandbox

    found: dict[str, Any] = {}
    with Sandbox(sandbox_url) as sandbox:
        for number, vendor in enumerate(vendors):
            found = _by_one(vendor, sandbox, right, by_rule, likely if number == 0 else None)
            if found["caught"] is not None or found["crashed"]:
                break
    return found


def _by_one(vendor: str, sandbox: Any, right: tuple[str, ...], by_rule: str | None, likely: str | None) -> dict[str, Any]:
    from conformance.check import all_checks
    from conformance.execution import Findings, Task, collect_seldom, open_lab, run_task, stages
    from conformance.options import Options
    from conformance.outcomes import Code, Verdict
    from tests.strength.mutants import ROOT

    collect_seldom()
    told: dict[str, Any] = {"caught": None, "by": vendor, "said": "", "wrong": {}, "crashed": {}}

    def heard(check: Any, found: Any) -> None:
        for result in found.results if found is not None else ():
            if result.verdict not in (Verdict.FAIL, Verdict.ERROR):
                continue
            said = f"{result.cell} {result.code}: {result.message}"[:300]
            if result.code in (Code.CRASHED, Code.HARNESS_ERROR):
                told["crashed"].setdefault(check.id, said)
            elif right and check.chapter not in right:
                told["wrong"].setdefault(check.id, said)
            else:
                told.update(caught=check.id, said=said)
                raise Caught

    subject, manifest = _subject(vendor, by_rule)
    options = Options(docs_dir=ROOT / "connectors", installed={vendor: manifest})
    lab = open_lab(vendor, subject, sandbox, ROOT / "fixtures", options)
    try:
        plan = stages(vendor, all_checks())
        chapters = {check.id: check.chapter for check in all_checks()}
        first = run_task(lab, plan.first, Findings(), heard)
        told["stillborn"] = _crashed_at_once(told["crashed"], plan.first.checks, chapters)
        seen = [first]
        # Those whose red would not count need not run.
        after = [task for task in plan.then if not right or chapters[task.checks[0]] in right]
        after.sort(key=lambda task: right.index(chapters[task.checks[0]]) if right else 0)
        if any(likely in task.checks for task in after):
            after.insert(0, Task(vendor, (str(likely),)))
        for task in after if not told["stillborn"] else ():
            seen.append(run_task(lab, task, first, heard))
        if not right or "features" in right or "errors" in right:
            run_task(lab, plan.last, first.and_(seen[1:]), heard)
    except Caught:
        pass
    finally:
        told["silent"] = any(seen.memory.get("calm", (False,))[0] for seen in lab.everywhere.values())
        lab.close()
    if by_rule is not None:
        from tests.strength.byrule import struck

        told["struck"] = len(struck)
    if not told.get("stillborn"):
        told.pop("stillborn", None)
    return told


def _subject(vendor: str, by_rule: str | None) -> tuple[Any, dict[str, Any]]:
    """Who is judged, and its connector's manifest: ours (with the defect that is in place), or ours behind a defect by rule."""
    from connectors.hub.subject import InProcess
    from connectors.unified.registry import factory, installed

    if by_rule is None:
        return InProcess(), dict(installed()[vendor].as_json())
    from tests.conformance.wrong import trials
    from tests.conformance.wrong.service import WrongService
    from tests.strength.byrule import by_rule_named

    wrong = by_rule_named({name: one.as_json() for name, one in installed().items()}, by_rule).rule_applied()
    return WrongService(wrong, {vendor: factory(vendor)}), dict(trials.installed(vendor, wrong))


def _crashed_at_once(crashed: dict[str, str], first: tuple[str, ...], chapters: dict[str, str]) -> str:
    """What was said, when every check that takes a sync crashed."""
    takes_a_sync = [name for name in first if chapters[name] in ("pages", "fields")]
    return next(iter(crashed.values()), "") if len(crashed.keys() & set(takes_a_sync)) >= len(takes_a_sync) / 2 else ""


if __name__ == "__main__":
    main()
