"""What all of JOIN's quirks are built of, and the sources that several of them name."""

from __future__ import annotations

from dataclasses import fields

from mock_servers.engine.quirks import Quirk

CHECKED = "2026-11"
SYNC_CLIENT = "a public recruiting app that polls applications, its types taken from live answers"
PUBLISHER = "a public app that publishes jobs to JOIN, written against the reference pages"
CMS_PLUGIN = "a public CMS plugin that lists jobs and sends applications"
SILENT = "no source tells"


class JoinQuirk(Quirk):
    """Refuses a setting of the wrong type at once, so that no request meets it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value, default = getattr(self, field.name), field.default
            kind: type | tuple[type, ...] = (tuple, list) if isinstance(default, tuple) else type(default)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
                raise TypeError(f"quirk {self.name}: {field.name} is {value!r}, expected {type(default).__name__}")
