"""Asks one small question a list, to tell which models and fields a key can read; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connectors.pinpoint.manifest import MANIFEST
from connectors.pinpoint.reading import Records
from connectors.pinpoint.streams import LISTINGS, Listing
from connectors.pinpoint.talk import Talk, denials
from connectors.pinpoint.wire import Wire
from connectors.unified.connector import Diagnostic, Probed, Wanted
from connectors.unified.errors import NotFound, PermissionMissing

OF_THE_HUB = frozenset({"id", "remote_id", "changed_at", "remote_deleted_at"})
"""Made by the hub: readable as soon as the model is."""


def probe(wire: Wire, wanted: Wanted) -> tuple[Probed, ...]:
    """A verdict for each wanted model, and for each of its wanted fields. Raises ConnectorError for what is no verdict (401, outage)."""
    found: dict[tuple[str, str | None], Diagnostic] = {}
    for listing in LISTINGS.values():
        for diagnostic in _against(wire, listing, wanted) if set(listing.feeds) & set(wanted) else ():
            place = (diagnostic.model, diagnostic.field)
            found[place] = _both(found[place], diagnostic) if place in found else diagnostic
    return tuple(_verdicts(wanted, found))


def _both(first: Diagnostic, second: Diagnostic) -> Diagnostic:
    """One verdict on what two lists bring together: everything that is lacking for it."""
    missing = dict.fromkeys((*first.missing_permissions, *second.missing_permissions))
    return replace(first, missing_permissions=tuple(missing))


def _against(wire: Wire, listing: Listing, wanted: Wanted) -> Iterable[Diagnostic]:
    """What speaks against reading all that is wanted of a list."""
    talk = Talk(wire, listing, wanted)
    try:
        rows = talk.page(1, 1)
    except (PermissionMissing, NotFound) as refusal:
        return denials(listing, wanted, refusal)
    _, withheld = Records(listing, wanted).of(rows, talk.lost)
    # What one record masks says nothing about the others.
    return (*talk.lost.values(), *(diagnostic for diagnostic in withheld if diagnostic.reason != "masked"))


def _verdicts(wanted: Wanted, found: dict[tuple[str, str | None], Diagnostic]) -> Iterable[Probed]:
    for model in (model for model in MANIFEST.models if model.name in wanted):
        against = found.get((model.name, None))
        yield Probed(model.name, None, against is None, against)
        for name in (item.name for item in model.fields if item.name in wanted[model.name] or item.name in OF_THE_HUB):
            of_field = found.get((model.name, name))
            if against is not None:
                of_field = replace(against, field=name)
            yield Probed(model.name, name, of_field is None, of_field)
