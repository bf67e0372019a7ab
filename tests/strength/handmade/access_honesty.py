"""A lacking permission that is not told, told wrongly, or told too late."""

from tests.strength.handmade.rows import Chapter, HandMade

ACCESS_HONESTY = Chapter(
    "access honesty",
    (
        HandMade(
            "a 403 of a list is swallowed: no records, no word",
            "pinpoint.reading",
            "yield Page((), None, diagnostics=denials(listing, wanted, refusal))",
            "yield Page((), None)",
        ),
        HandMade(
            "of a denied stream only the first model is reported",
            "join.connector",
            "diagnostics=tuple(denial(model, None, denied) for model in self._feeds(stream, wanted)))",
            "diagnostics=tuple(denial(model, None, denied) for model in self._feeds(stream, wanted)[:1]))",
        ),
        HandMade(
            "a denied include is reported as not offered by the account",
            "pinpoint.talk",
            "        if instead is None:\n            self._lose(part, diagnose)",
            "        if instead is None and not part.needs:\n            self._lose(part, diagnose)",
        ),
        HandMade(
            "of two permissions behind an include both are named, though one is there",
            "pinpoint.talk",
            "                return (need,)",
            "                return part.needs",
        ),
        HandMade(
            "the permission of a neighbouring include is named",
            "pinpoint.streams",
            'includes=("department",), needs=("Department: read",)',
            'includes=("department",), needs=("Location: read",)',
        ),
        HandMade(
            "a hidden column is left out of the query and read as null",
            "asymbl.schema",
            "                lost[model, about] = denied(model, about, lacking)\n            else:",
            "                continue\n            else:",
        ),
        HandMade(
            "a hidden column is reported with the permission on its object",
            "asymbl.schema",
            "            yield may_see(owner, name)",
            "            yield may_read(owner)",
        ),
        HandMade(
            "a denied field is reported for its whole model",
            "asymbl.schema",
            "about = None if name in MODELS[model].key else name\n                lost[model, about] = denied(model, about, lacking)",
            "about = None\n                lost[model, about] = denied(model, about, lacking)",
        ),
        HandMade(
            "what the user may see is asked once in a connection's life: a grant stays unseen",
            "asymbl.connector",
            "        self._schema = Schema(self._wire)\n        self._wire.hope()",
            "        self._wire.hope()",
        ),
        HandMade(
            "what one user may see is kept for the next connection (a mutable default)",
            "asymbl.schema",
            "    def __init__(self, wire: Wire) -> None:\n        self._wire = wire\n        self._known: dict[str, Described | None] = {}",
            "    def __init__(self, wire: Wire, known: dict[str, Described | None] = {}) -> None:  # noqa: B006\n"
            "        self._wire = wire\n        self._known = known",
        ),
        HandMade(
            "a denied field is not remembered, so a delta after the grant does not bring it",
            "hub.sync",
            'GAP_REASONS = frozenset({"not_permitted"})',
            "GAP_REASONS: frozenset[str] = frozenset()",
        ),
        HandMade(
            "a user without API Enabled is told to sign in again",
            "asymbl.refusals",
            '    "API_CURRENTLY_DISABLED": PermissionMissing,',
            '    "API_CURRENTLY_DISABLED": Unauthorized,',
            silent=False,
        ),
        HandMade(
            "a plan without the API is reported as a right that the token's owner lacks",
            "join.wire",
            "status == 401 or (status == 403 and PLAN.search(message) is not None) or",
            "status == 401 or",
        ),
        HandMade(
            "an API that is switched off is reported as a permission that the key lacks",
            "pinpoint.wire",
            "if status == 403 and API_TURNED_OFF in said.lower():",
            "if status == 403 and API_TURNED_OFF in said:",
        ),
        HandMade(
            "the probe tells models only: every field of a readable model is called readable",
            "pinpoint.probing",
            "            of_field = found.get((model.name, name))",
            "            of_field = found.get((model.name, None))",
        ),
        HandMade(
            "the probe does not say that part of the teams is hidden",
            "asymbl.probing",
            "found = {**view.lost, **{(one.model, one.field): one for one in reading.beforehand()}}",
            "found = dict(view.lost)",
        ),
        HandMade(
            "a team of which some members are hidden passes for whole",
            "asymbl.team",
            'detail="who is named there is missing from the teams"),) if lacking else ()',
            'detail="who is named there is missing from the teams"),) if nobody else ()',
        ),
        HandMade(
            "the placeholder of blind screening is passed on within a location",
            "pinpoint.mapping",
            "    if not isinstance(value, dict | list) or not _may_hold(value, HIDDEN):",
            "    if not isinstance(value, list) or not _may_hold(value, HIDDEN):",
        ),
        HandMade(
            "the placeholder of blind screening is passed on in the raw record",
            "pinpoint.values",
            "shown = {name: value for name, value in resource.attributes.items() if value != HIDDEN}",
            "shown = dict(resource.attributes)",
        ),
        HandMade(
            "a source that blind screening hides passes for blank",
            "pinpoint.people",
            '    if found is None and first.get("concealed"):\n'
            '        return Withheld("masked", "the person\'s first application is screened blindly")\n',
            "",
        ),
        HandMade(
            "a column that describe shows and the query refuses is dropped without a word",
            "asymbl.scan",
            "view = view.without(column, losing(view.sobject, column, wanted))",
            "view = view.without(column, {})",
        ),
        HandMade(
            "a refused key is reported as a lacking permission",
            "pinpoint.wire",
            "    401: Unauthorized,",
            "    401: PermissionMissing,",
            silent=False,
        ),
        HandMade(
            "hidden attachments of the older kind are missing without a warning",
            "asymbl.files",
            '            warnings.append(Notice("older_attachments_hidden", f"attachments of the older kind need {may_read(ATTACHMENT)!r}"))',
            "            pass",
        ),
        HandMade(
            "a denial is told without the permission that is missing",
            "join.connector",
            "        missing_permissions=(API,),\n",
            "",
        ),
        HandMade(
            "the second denial in a sync replaces the first: fields of one model are told apart no more",
            "hub.progress",
            '            "field": diagnostic.field or "",\n            "reason": reason,',
            '            "field": "" if diagnostic.reason == "not_permitted" else diagnostic.field or "",\n            "reason": reason,',
        ),
        HandMade(
            "the same denial is told once in a connection's life, not in each sync",
            "pinpoint.talk",
            "            if is_wanted(cell, self._wanted) and cell not in self.lost:\n                self.lost[cell] = diagnose(cell)",
            "            if is_wanted(cell, self._wanted) and cell not in self.lost:\n"
            "                told = self._wire.__dict__.setdefault('told', set())\n"
            "                if cell not in told:\n"
            "                    told.add(cell)\n"
            "                    self.lost[cell] = diagnose(cell)",
        ),
    ),
)
