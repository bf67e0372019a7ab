"""Runs the suite against one mutant, until the first check that is no crash turns red. Prints one JSON object.

Each mutant has a process of its own: the change is in place before the connectors are imported.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from typing import Any

MOST_CPU_SECONDS = 150


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module")
    parser.add_argument("--number", type=int)
    parser.add_argument("--vendor", required=True)
    parser.add_argument("--sandbox", required=True)
    chosen = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    if chosen.module is not None:
        from tests.strength.mutants import apply

        apply(chosen.module, chosen.number)
    try:
        found = judged(chosen.vendor, chosen.sandbox)
    except Exception as error:  # noqa: BLE001 - a mutant that cannot even be started is no defect of the kind that is looked for
        found = {"stillborn": f"{type(error).__name__}: {error}"[:300]}
    json.dump(found, sys.stdout)


def judged(vendor: str, sandbox_url: str) -> dict[str, Any]:
    """{"red": {check: first finding}, "crashed": {check: first finding}, "silent": bool}."""
    from conformance.check import all_checks
    from conformance.execution import Findings, collect_seldom, open_lab, run_task, stages
    from conformance.options import Options
    from conformance.outcomes import Code, Verdict
    from conformance.sandbox import Sandbox
    from connectors.hub.subject import InProcess
    from connectors.unified.registry import installed
    from tests.strength.mutants import ROOT

    collect_seldom()
    red: dict[str, str] = {}
    crashed: dict[str, str] = {}
    options = Options(docs_dir=ROOT / "connectors", installed={vendor: installed()[vendor].as_json()})
    with Sandbox(sandbox_url) as sandbox:
        lab = open_lab(vendor, InProcess(), sandbox, ROOT / "fixtures", options)
        try:
            plan = stages(vendor, all_checks())
            before = Findings()
            for task in (plan.first, *plan.then, plan.last):
                found = run_task(lab, task, before)
                for one in found.checks:
                    for result in one.results:
                        if result.verdict in (Verdict.FAIL, Verdict.ERROR):
                            place = crashed if result.code in (Code.CRASHED, Code.HARNESS_ERROR) else red
                            place.setdefault(one.check, f"{result.cell} {result.code}: {result.message}"[:300])
                if red:
                    break
                before = found if task is plan.first else before.and_([found])
            silent = "calm" in lab.memory and lab.memory["calm"][0]
        finally:
            lab.close()
    return {"red": red, "crashed": crashed, "silent": silent}


if __name__ == "__main__":
    main()
