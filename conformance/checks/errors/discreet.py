"""Secrets, which stand in nothing that the subject says."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

from conformance.casework import broken, examples, held
from conformance.check import Cell, Result
from conformance.checks.errors.conditions import CONDITIONS, told_when
from conformance.lab import Blocked, Lab, SubjectCrashed
from conformance.outcomes import Code
from conformance.subjects import ConfigurationError


def _paste(lab: Lab) -> None:
    """Credentials as people paste them, with a blank before and a line's end behind: the good one and one that is wrong."""
    world = lab.world()
    secret = {item.name for item in lab.promise.credential if item.secret}
    for credential in (world.tenant.credential, world.wrong_credential()):
        pasted = {name: f" {value}\n" if name in secret else value for name, value in credential.items()}
        with suppress(ConfigurationError, SubjectCrashed):
            session = world.connect(credential=pasted)
            session.sync()
            session.probe()


def _echo(lab: Lab) -> None:
    """A vendor whose words hold what it was asked with, as it is and as it was written on its way."""
    world = lab.world()
    said = [form for secret in sorted(world.secrets) for form in (secret, quote(secret, safe=""), b64encode(secret.encode()).decode())]
    for operation in lab.operations():
        world.tenant.fault("status", status=400, detail=f"not with {' or '.join(said)}", operation=operation, times=None)
    with suppress(ConfigurationError, SubjectCrashed):
        session = world.connect()
        session.sync()
        session.probe()


SPOKEN = Cell("connection", "", "whatever the subject says")


def discreet(lab: Lab) -> Iterator[Result]:
    """ERR-8."""
    for condition in CONDITIONS:
        try:
            told_when(lab, condition)
        except Blocked:
            continue
    _paste(lab)
    _echo(lab)
    calm = lab.calm
    calm.world.hear("read()", repr(calm.snapshot.rows))
    if lab.leaks:
        yield broken(SPOKEN, f"a secret stands in what was said by {examples(sorted(lab.leaks))}", code=Code.LEAK)
    else:
        yield held(SPOKEN)
