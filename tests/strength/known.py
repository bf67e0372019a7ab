"""Mutants that change nothing that anybody could see: each with the reason, by what is changed and not by where it stands.

Hard to see is not unseen: here stands only what no user of a connector could ever tell from the right one.
"""

from __future__ import annotations

EQUIVALENT: dict[tuple[str, ...], str] = {
    ("connectors.hub.scope", "left", "…fest.model(name).depends_on) <= on", "…fest.model(name).depends_on) < on"): (
        "`on` holds the model itself, which never depends on itself, so a subset of it is always a proper one"
    ),
    ("connectors.join.values", "translated", "None if value is None else table.get(value, value)", "table.get(value, value)"): (
        "table.get(None, None) is None; the condition is there for the types"
    ),
    (
        "connectors.hub.hub",
        "users",
        "0",
        "1",
    ): "a connector that is replaced keeps its sockets until the process ends; nothing else hangs on the count",
    ("connectors.join.files", "answered", "…et('screeningQuestions') or [] if answer.get('file')]", "…et('screeningQuestions') or []]"): (
        "JOIN shows the member with every answer, and null is no link"
    ),
    (
        "connectors.pinpoint.wire",
        "typed",
        "body is None or any((name.lower() == 'content-type' for name in headers))",
        "any((name.lower() == 'content-type' for name in headers))",
    ): "a type that is named for a body that is not there changes no answer, and the caller sees the answer alone",
    ("connectors.asymbl.wire", "_plain", "_plain(value)", "pass"): (
        "of a parent single columns are looked at by their names; nothing shows one as a whole, remarks and all"
    ),
    ("connectors.hub.actions", "_found", "found.update(_references(record))", "pass"): (
        "every installed connector names the person of a created application itself; the hub looks for those that do not"
    ),
    (
        "connectors.hub.actions",
        "_found",
        "record.key == result.created.get(record.model)",
        "record.key != result.created.get(record.model)",
    ): ("likewise: what the connector names itself goes before what is found"),
    ("connectors.pinpoint.talk", "check", "…ist(self.ask, 1, 1, bare=True), bare=True)", "…ist(self.ask, 1, 1, bare=True))"): (
        "a list that is refused without any part is asked for once more, refused again, and then called denied all the same"
    ),
    (
        "connectors.pinpoint.wire",
        "names",
        "1",
        "2",
    ): "the names by which new parts of a document are tied to their places are good for that alone",
    ("connectors.asymbl.wire", "_noted", "…ate(reply.headers.get('date')) or self.now", "…ate(reply.headers.get('date'))"): (
        "every answer of a server that has a clock bears its time (RFC 9110, 6.6.1)"
    ),
    ("connectors.asymbl.sign_in", "_made", "0", "1"): "sessions are told apart by their numbers, whatever the first one is",
    ("connectors.pinpoint.talk", "guarded", "…art for part in self.ask.parts if part.needs]", "…art for part in self.ask.parts]"): (
        "a part that needs no permission is never what is refused for lack of one: it is asked for once more, and found allowed"
    ),
    ("connectors.asymbl.actions", "select", "('CreatedDate DESC', 'Id DESC')", "('CreatedDate DESC',)"): (
        "before the call there was no such application, so two of one second come from two callers at once, and no order tells whose is whose"
    ),
    (
        "connectors.asymbl.described",
        "_field_info",
        "…ne['value']) for one in picked if one.get('value') is not None)",
        "…ne['value']) for one in picked)",
    ): "every entry of a picklist has a value",
    ("connectors.join.files", "_links", "…THER', link) for link in links if isinstance(link, str)]", "…THER', link) for link in links]"): (
        "a file that answers a question has a link, as text or within an object"
    ),
    ("connectors.join.files", "_links", "…rl).path.encode()).hexdigest()[:24]", "…rl).path.encode()).hexdigest()"): (
        "JOIN gives its files no ids; a key of our own making is as good in any length"
    ),
    (
        "connectors.transport.retry",
        "tried",
        "0",
        "1",
    ): "one try less of several: how often one asks is one's own affair, if what passes is outlived",
    (
        "connectors.pinpoint.people",
        "shows_outcome",
        "return application.get('hired_at') is not None or application.shows('stage')",
        "return None",
    ): "asked of new applications alone, whose outcome may be null until the next sync brings it",
    (
        "connectors.hub.records",
        "_KEYS",
        "bindparam('p_keys', expanding=True)",
        "bindparam('p_keys')",
    ): "SQLAlchemy makes the parameter of in_() an expanding one by itself",
    (
        "connectors.hub.scope",
        "Setting",
        "('ENABLED', 'DISABLED', 'OPTIONAL', 'OPTED_OUT')",
        "('ENABLED', 'OPTIONAL', 'OPTED_OUT')",
    ): "a type alone, which nothing reads while the program runs",
    ("connectors.transport.seams", "width", "2", "3"): "a page of three that has no edge between the two rows holds both as well",
}
"""By `Mutant.identity`."""


def is_equivalent(identity: tuple[str, ...]) -> bool:
    return identity in EQUIVALENT
