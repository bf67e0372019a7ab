"""JOIN's actions: one create that carries person, application and files, and two reads of files."""

from __future__ import annotations

from collections.abc import Callable

from connectors.join.applying import create
from connectors.join.files import application_attachments, candidate_attachments
from connectors.join.wire import Api
from connectors.unified.actions import ActionInput
from connectors.unified.connector import ActionResult

ACTIONS: dict[str, Callable[[Api, ActionInput], ActionResult]] = {
    "Create candidate": create,
    "Create application": create,
    "Get application attachments": application_attachments,
    "Get candidate attachments": candidate_attachments,
}
