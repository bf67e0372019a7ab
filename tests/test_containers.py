"""The container files and the workflow example say what is there: commands, options, folders, ports. No Docker engine is needed."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from ats_sandbox.cli import app
from mock_servers.engine.vendors import installed
from tests.tools import tool

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
WORKFLOW = ROOT / "docs/github-actions.yml"
COMMAND = typer.main.get_command(app)


def _dockerfile() -> list[tuple[str, str]]:
    """(instruction, its text) of each instruction, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def _last(instruction: str) -> str:
    return [text for name, text in _dockerfile() if name == instruction][-1]


def _compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return parsed


def _workflow() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    return parsed


def _runs() -> Iterator[str]:
    """Every shell line of the workflow."""
    for job in _workflow()["jobs"].values():
        for step in job["steps"]:
            yield from step.get("run", "").splitlines()


def _calls() -> Iterator[list[str]]:
    """Every call of our command in the three files."""
    yield json.loads(_last("CMD"))
    for service in _compose()["services"].values():
        if "command" in service:
            yield service["command"]
    for line in _runs():
        if line.startswith("ats-sandbox "):
            yield shlex.split(line)


def test_every_call_is_one_that_the_command_takes() -> None:
    """Parsed, with all its options and their values, by the command itself; nothing is run."""
    calls = list(_calls())

    assert len(calls) == 3
    for program, name, *arguments in calls:
        assert program == "ats-sandbox"
        command = COMMAND.commands[name]  # type: ignore[attr-defined]  # it is a group
        command.make_context(name, list(arguments))


def test_a_call_that_it_does_not_take_is_found() -> None:
    """The check above can fail."""
    command = COMMAND.commands["up"]  # type: ignore[attr-defined]  # it is a group

    with pytest.raises(Exception, match="--prot"):
        command.make_context("up", ["--prot", "8080"])


def test_the_image_copies_what_is_there_and_does_not_run_as_root() -> None:
    copied = [text.split()[:-1] for name, text in _dockerfile() if name == "COPY" and not text.startswith("--from")]
    packages = re.search(r"^packages = (\[.*\])$", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)

    assert all((ROOT / source).exists() for sources in copied for source in sources)
    assert packages is not None
    assert set(json.loads(packages[1])) <= {source for sources in copied for source in sources}
    assert _last("FROM").endswith("-slim")
    assert _last("USER") not in ("root", "0")
    instructions = [name for name, _ in _dockerfile()]
    assert instructions.index("USER") < instructions.index("CMD")


def _ports(text: str) -> list[range]:
    spans = [part.split("-") for part in text.split()]
    return [range(int(span[0]), int(span[-1]) + 1) for span in spans]


def test_the_ports_that_are_published_hold_every_vendor() -> None:
    """The main port and one a vendor follow each other, for http and for https."""
    arguments = json.loads(_last("CMD"))
    needed = [int(arguments[arguments.index(option) + 1]) for option in ("--port", "--https-port")]
    published = [port.split(":") for port in _compose()["services"]["sandbox"]["ports"]]

    for first in needed:
        last = first + len(installed())
        assert any(first in span and last in span for span in _ports(_last("EXPOSE")))
        assert any(first in span and last in span for _, outside, _ in published for span in _ports(outside))
    assert all((address, outside) == ("127.0.0.1", inside) for address, outside, inside in published)
    assert f"http://127.0.0.1:{needed[0]}/" in _last("HEALTHCHECK")


def test_the_services_fit_together() -> None:
    services = _compose()["services"]
    command = services["conformance"]["command"]
    reports = command[command.index("--report-dir") + 1]
    made = " ".join(text for name, text in _dockerfile() if name == "RUN")

    assert command[command.index("--sandbox") + 1] == "http://sandbox:8080"
    assert services["conformance"]["depends_on"] == {"sandbox": {"condition": "service_healthy"}}
    assert "healthcheck" not in services["sandbox"], "the image has it"
    assert reports in made.split()
    kept = [volume.split(":")[1] for volume in services["sandbox"]["volumes"]]
    assert all(folder in made.split() for folder in kept), "what a volume is put on must belong to the user"
    assert any(f"cp conformance:{reports} " in line for line in _runs())
    assert not set(installed()) & set(re.findall(r"\w+", COMPOSE.read_text("utf-8"))), "no vendor is named"


def test_the_workflow_keeps_the_reports_also_of_a_failed_run() -> None:
    workflow = _workflow()
    steps = {name: job["steps"] for name, job in workflow["jobs"].items()}

    assert set(workflow[True]) == {"push", "pull_request"}, "YAML reads the key `on` as true"
    for job in steps.values():
        assert any("conform" in step.get("run", "") for step in job)
        (upload,) = (step for step in job if "upload-artifact" in step.get("uses", ""))
        assert upload["if"] == "${{ !cancelled() }}"
        assert upload["with"]["path"] == "reports"
        assert upload["with"]["if-no-files-found"] == "error"
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in job if "uses" in step)
    assert "conformance" in _compose()["services"]


def _compose_command() -> list[str]:
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    return [tool("docker-compose")]


def test_docker_compose_takes_the_file() -> None:
    command = _compose_command()
    done = subprocess.run(
        [*command, "-f", str(COMPOSE), "--profile", "conformance", "config", "--services"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, sorted(done.stdout.split())) == (0, ["conformance", "sandbox"]), done.stderr
