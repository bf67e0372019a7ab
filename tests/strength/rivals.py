"""What other suites see of the same wrong connectors: `python -m tests.strength.rivals` prints one table.

Schemathesis and the Singer SDK's standard tap tests know nothing of the vendor, so each gets the service in the form that it is made
for: an HTTP API with an OpenAPI document, and a tap. A defect counts as caught by them when anything at all fails, whatever its name.
Airbyte's standard tests want a connector as a container image with a spec of its own; that cannot be had of a hook around ours.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rich.console import Console
from rich.table import Table

from conformance.sandbox import Sandbox
from conformance.subjects import ModelUnavailable
from connectors.unified.actions import ACTIONS
from connectors.unified.models import MODELS
from connectors.unified.service import ActionOutcome, ConfigurationError, Target
from tests.conformance.miniatures import MINIATURES, Miniature
from tests.conformance.wrong.sandboxes import started
from tests.conformance.wrong.service import Wrong, WrongService
from tests.conformance.wrong.trials import factory

EXAMPLES = 10
"""Requests that Schemathesis makes up for each operation."""
STATUSES = {"PLATFORM.INPUT_INVALID": 422, "INTEGRATION.PERMISSION_MISSING": 403, "INTEGRATION.ACTION_NOT_AVAILABLE": 404}


@contextlib.contextmanager
def connected(sandbox: Sandbox, wrong: Wrong, vendor: str = "harbor") -> Iterator[Any]:
    """A connection to a new account, synced once."""
    tenant = sandbox.create(vendor)
    service = WrongService(wrong, {vendor: factory(vendor)})
    try:
        connection = service.connect(Target(vendor, tenant.base_url, tenant.credential, wait=lambda seconds: None, name="rivals"))
        connection.sync()
        yield connection
        connection.close()
    finally:
        tenant.delete()


# ------------------------------------------------------------------------------------------------- Schemathesis


def served(connection: Any) -> FastAPI:
    """The connection as an HTTP API: one GET a model, one POST an action, and a POST for a sync."""
    app, manifest = FastAPI(title="unified API"), connection.manifest()
    error = {
        "content": {"application/json": {"schema": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}}}}
    }
    for name in manifest["models"]:
        app.get(f"/{name.replace(' ', '-')}", responses={200: {"model": list[MODELS[name]]}, 403: error})(_reader(connection, name))  # type: ignore[misc]
    for name in manifest["actions"]:
        body = {"requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(ACTIONS[name].model_json_schema())}}}}
        answers: dict[int | str, Any] = {status: {**error, "description": "refused"} for status in (400, 403, 404, 409, 422, 502)}
        app.post(f"/actions/{name.replace(' ', '-')}", openapi_extra=body, responses=answers)(_actor(connection, name))
    return app


def _reader(connection: Any, model: str) -> Callable[..., JSONResponse]:
    def read(include_deleted: bool = False) -> JSONResponse:
        try:
            return JSONResponse(list(connection.read(model, include_deleted=include_deleted)))
        except ModelUnavailable as reason:
            return JSONResponse({"code": reason.code}, 403)

    return read


def _actor(connection: Any, action: str) -> Callable[..., Any]:
    async def act(request: Request) -> JSONResponse:
        try:
            values = json.loads(await request.body())
        except ValueError:
            values = None
        if not isinstance(values, dict):
            return JSONResponse({"code": "PLATFORM.INPUT_INVALID"}, 422)
        outcome: ActionOutcome = connection.act(action, values)
        if outcome.ok:
            return JSONResponse({"data": dict(outcome.data), "warnings": list(outcome.warnings)})
        return JSONResponse(
            {"code": outcome.code}, STATUSES.get(str(outcome.code), 502 if str(outcome.code).endswith("UNAVAILABLE") else 400)
        )

    return act


def _inlined(schema: dict[str, Any]) -> Any:
    """Without references, for the document in which it is put has other definitions."""
    known = schema.pop("$defs", {})

    def inline(part: Any) -> Any:
        if isinstance(part, dict):
            return (
                inline(known[part["$ref"].rpartition("/")[2]]) if "$ref" in part else {name: inline(inner) for name, inner in part.items()}
            )
        return [inline(inner) for inner in part] if isinstance(part, list) else part

    return inline(schema)


def schemathesis_finds(connection: Any) -> str | None:
    """The first failure of any of Schemathesis' checks."""
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    document = schemathesis.openapi.from_asgi("/openapi.json", served(connection))
    quick = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for found in document.get_all_operations():
        operation = found.ok()

        @quick
        @given(case=operation.as_strategy())
        def asks(case: Any) -> None:
            # That an id is known cannot be said in a schema, so the right service refuses what looks valid.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        try:
            asks()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - whatever it is, it was seen
            return f"{operation.label}: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}"
    return None


# ------------------------------------------------------------------------------------------------------- Singer


def singer_finds(connection: Any) -> str | None:
    """The first failure of the Singer SDK's standard tests of a tap."""
    from singer_sdk import Stream, Tap
    from singer_sdk.testing import SuiteConfig
    from singer_sdk.testing.runners import TapTestRunner
    from singer_sdk.testing.suites import tap_stream_attribute_tests, tap_stream_tests, tap_tests

    def stream_of(model: str) -> type[Stream]:
        class ModelStream(Stream):
            name, primary_keys, replication_key = model.replace(" ", "_").lower(), ("id",), None  # type: ignore[assignment]
            schema = _inlined(MODELS[model].model_json_schema())

            def get_records(self, context: Any) -> Iterator[dict[str, Any]]:
                try:
                    yield from connection.read(model)
                except ModelUnavailable:
                    return

        return ModelStream

    class UnifiedTap(Tap):
        name, config_jsonschema = "tap-unified", {"properties": {}}

        def discover_streams(self) -> list[Stream]:
            return [stream_of(model)(tap=self) for model in connection.manifest()["models"]]

    runner = TapTestRunner(tap_class=UnifiedTap, config={}, suite_config=SuiteConfig())
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            runner.sync_all()
            for test in tap_tests.tests:
                test().run(SuiteConfig(), None, runner)
            for stream in runner.new_tap().streams.values():
                for test in tap_stream_tests.tests:
                    test().run(SuiteConfig(), None, runner, stream=stream)
                for name, schema in stream.schema["properties"].items():
                    for test in tap_stream_attribute_tests.tests:
                        if test.evaluate(stream=stream, property_name=name, property_schema=schema):
                            test().run(SuiteConfig(), None, runner, stream=stream, attribute_name=name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it was seen
            return f"{type(error).__name__}: {error}"[:200]
    return None


RIVALS: dict[str, Callable[[Any], str | None]] = {"Schemathesis": schemathesis_finds, "Singer SDK": singer_finds}


def main() -> int:
    warnings.simplefilter("ignore")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    seen: dict[str, list[str]] = {name: [] for name in RIVALS}
    tried: list[Miniature] = [one for one in MINIATURES if one.vendor == "harbor"]
    with started() as url, Sandbox(url) as sandbox:
        for name, finds in RIVALS.items():
            with connected(sandbox, Wrong()) as right:
                alarm = finds(right)
            console.print(f"{name} on the right connector: {alarm or 'green'}")
        for one in tried:
            for name, finds in RIVALS.items():
                said = _tried(sandbox, one, finds)
                if said:
                    seen[name].append(str(one))
                console.print(f"{name:13} {'caught' if said else '-':7} {one} {said or ''}".rstrip())
    table = Table(title="The same wrong connectors of Harbor, seen by others")
    for head in ("suite", "caught", "of", "share", "silent"):
        table.add_column(head)
    silent = sum(one.silent for one in tried)
    for name, caught in seen.items():
        own = sum(one.silent for one in tried if str(one) in caught)
        table.add_row(name, str(len(caught)), str(len(tried)), f"{len(caught) / len(tried):.0%}", f"{own}/{silent}")
    console.print(table)
    return 0


def _tried(sandbox: Sandbox, one: Miniature, finds: Callable[[Any], str | None]) -> str | None:
    try:
        with connected(sandbox, one.wrong) as connection:
            return finds(connection)
    except ConfigurationError as error:
        return f"cannot be connected: {error}"


if __name__ == "__main__":
    sys.exit(main())
