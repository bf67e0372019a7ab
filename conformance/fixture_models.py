"""The formats of the files in fixtures/<vendor>/: read them only through `load_*`, which say what is wrong and where.

Everything that conformance knows of one vendor comes from these files (for exchanges.yaml see exchanges.py). Keys name
records as the vendor does; join models, which have no id of their own, use the keys they join with slashes ("310/4402").

Values in `expected` positions may be plain JSON, or one of these, at any depth:

    "{base_url}/x"               the tenant's base URL is put in
    {"$contains": {path: v}}     a mapping (or list) that holds at least these dotted paths; more is fine
    {"$datetime": "..."}         an instant, whatever its notation; plain strings that are date-times on both sides are, too
    {"$matches": "regex"}        a text that the expression matches from end to end
    {"$unordered": [...]}        a list in any order, item for item
    {"$includes": [...]}         a list that holds at least one item for each of these; more is fine
    {"$any": true}               any value but null
    {"$ref": "Model/key"}        the unified id of that record, where the registry of references does not say it already
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from conformance.subjects import ConfigurationError


class FixtureError(ConfigurationError):
    """A fixture file is missing or wrong. The message names the file, the place in it and what would be right."""


class Strict(BaseModel):
    """Base of all: unknown members are refused, so that a misspelt one cannot be skipped in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_key(value: Any) -> Any:
    """Keys are texts; YAML reads 310 as a number, and no vendor's id is spoilt by writing it out."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Key = Annotated[str, BeforeValidator(_as_key), Field(min_length=1)]
RecordId = Annotated[int | str, Field(union_mode="left_to_right")]
Table = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Changes = dict[str, dict[Key, dict[str, Any] | None]]
"""{model: {key: {field: value after} | null when the record is gone}}. A key that expected.yaml lacks is a new record."""


# ---------------------------------------------------------------------------------------------------------- steps


class Insert(Strict):
    table: Table
    row: dict[str, Any]


class Update(Strict):
    table: Table
    record: RecordId
    set: dict[str, Any] = {}
    """Empty: only the column that marks a change (profile.yaml, `touch`) is set to the tenant's now."""


class Delete(Strict):
    table: Table
    record: RecordId


class Step(Strict):
    """One thing done to a tenant through the admin API. Exactly one member."""

    insert: Insert | None = None
    update: Update | None = None
    delete: Delete | None = None
    options: dict[str, Any] | None = None
    quirk: dict[str, bool | dict[str, Any]] | None = None
    """{name: on or off, or its settings}."""
    fault: dict[str, Any] | None = None
    """A rule of the admin API."""
    rate_limit: dict[str, Any] | None = None
    """{on, requests, window_seconds}, as the admin API takes it."""
    advance: float | None = None
    """Seconds on the tenant's clock."""

    @model_validator(mode="after")
    def _one(self) -> Step:
        if len(self.model_fields_set) != 1:
            raise ValueError("a step has exactly one of insert, update, delete, options, quirk, fault, rate_limit, advance")
        return self


# ------------------------------------------------------------------------------------------------------- expected


class ExpectedRecord(Strict):
    key: Key
    values: dict[str, Any]
    """Every promised field of the model except id, changed_at and remote_deleted_at; remote_id is the key unless given."""


class Expected(Strict):
    """expected.yaml: what a right subject returns for a fresh full sync. By hand from records and facts, never from a subject."""

    models: dict[str, list[ExpectedRecord]]

    @model_validator(mode="after")
    def _unique_keys(self) -> Expected:
        for model, records in self.models.items():
            keys = [record.key for record in records]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{model}: the keys {', '.join(twice)} stand there twice")
        return self


# -------------------------------------------------------------------------------------------------- perturbations


class Perturbation(Strict):
    """A change of the truth, and exactly the unified cells that may change with it."""

    id: Key
    why: str | None = None
    table: Table
    record: RecordId
    set: dict[str, Any]
    """If it does not set the `touch` column itself, the suite sets that one to the tenant's now."""
    expect: Changes
    also_changes: list[str] = []
    """Fields that mirror the row and so may change too, unjudged: "remote_updated_at" in the records of `expect`,
    "Jobs.remote_data" in any record of that model, "Jobs/310.remote_data" in one."""


Perturbations = list[Perturbation]


# -------------------------------------------------------------------------------------------------------- actions


PROOF_WORDS = frozenset({"equals", "contains", "decodes_to", "same_bytes", "same_file", "matches"})
"""How a proof may say what must stand there."""


class Proof(Strict):
    """Where the truth shows that an input arrived: one row of a table, or one place in the action's answer."""

    table: Table | None = None
    where: dict[str, Any] = {}
    """Columns that pick exactly one row after the action; "$new:candidates" is the id of the row inserted there."""
    column: str | None = None
    """Dotted into JSON columns: "tags.0.name"; an asterisk means some item: "tags.*.name"."""
    data: str | None = None
    """Instead of table and column: a dotted path into the outcome's data."""
    equals: Any = None
    contains: str | None = None
    decodes_to: str | None = None
    """The base64 in the column holds this text."""
    same_bytes: str | None = None
    """The base64 in the column holds the same bytes as this base64: for files that are no text."""
    same_file: str | None = None
    """The base64 in the column holds the file of this name that the case serves, byte for byte."""
    matches: str | None = None
    """An expression that the text matches from end to end, where a vendor may write one thing in several ways."""

    @model_validator(mode="after")
    def _shape(self) -> Proof:
        if (self.data is None) == (self.table is None):
            raise ValueError("a proof has either `table` with `column`, or `data`")
        if self.table is not None and self.column is None:
            raise ValueError("a proof in a table needs `column`")
        if len(PROOF_WORDS & self.model_fields_set) != 1:
            raise ValueError("a proof has exactly one of equals, contains, decodes_to, same_bytes, same_file, matches")
        if self.matches is not None:
            _compiles(self.matches)
        return self


class Writes(Strict):
    insert: int = 0
    update: int = 0
    delete: int = 0


class Repeat(Strict):
    """The same call once more, in the same tenant, and what must come of it."""

    error: str | None = None
    writes: dict[Table, Writes] = {}


class ServedFile(Strict):
    """A file that the suite serves over HTTP for the time of the case: "{files}/cv.pdf" in the input is its address."""

    content_type: str
    text: str | None = None
    base64: str | None = None
    repeated: Annotated[int, Field(ge=1)] = 1
    """So many times over: for files that do not fit into one read."""

    @model_validator(mode="after")
    def _one(self) -> ServedFile:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("a served file has exactly one of text and base64")
        return self


class ActionCase(Strict):
    """One call of an action, judged by what the tenant's tables hold afterwards."""

    id: Key
    why: str | None = None
    action: str
    input: dict[str, Any]
    """Ids as "$Jobs/310" (the unified id of that record) or as the API takes them ("remote:310"); "{files}/name"."""
    settings: dict[str, Any] = {}
    """Connection settings, e.g. source_name."""
    permissions: list[str] | str = "all"
    setup: list[Step] = []
    files: dict[str, ServedFile] = {}
    cells: dict[str, list[Proof]] = {}
    """Input name, as promised, to where the truth shows it."""
    writes: dict[Table, Writes] = {}
    """All that may change in the tenant; everything else must be the same row for row."""
    columns: dict[Table, list[str]] = {}
    """All columns of a table that may change in rows that were there, or be filled in new ones; every table with updates is here."""
    warnings: list[str] = []
    """Expressions, each of which finds something in one warning; any further warning is a failure."""
    data: dict[str, Any] | None = None
    """Dotted paths into the outcome's data and what must stand there (expected notation; ids as {"$ref": "Model/key"}): at
    "results.*.file_name" some item must have it."""
    contents: dict[str, list[str]] = {}
    """{file name: base64}: what is to be had, without a credential, under `data_url` of the files of that name that the answer lists."""
    creates: dict[str, str] = {}
    """{model: dotted path into data of the new record's unified id}: the next sync must deliver a record of that id."""
    error: str | None = None
    """The unified error code of a refusal; then nothing may be written unless `writes` says so."""
    repeat: Repeat | None = None
    meanwhile: list[Step] = []
    """Of an action that only looks: what happens to the records that it lists before it looks again; they are still the same ones."""
    fewer_without: list[str] = []
    """Permissions without which the answer lists fewer records, for the vendor hides them."""
    lost_answer: bool = False
    """Its writes fail on the way, too: the answer lost, or refused with 500. For cases in which something that is there already could
    be taken for what was to be written; of the others only the first that uses an operation is struck."""

    @model_validator(mode="after")
    def _coherent(self) -> ActionCase:
        if self.error is not None and self.cells:
            raise ValueError("a refused case proves no input; leave out `cells` or `error`")
        unnamed = [table for table, writes in self.writes.items() if writes.update and table not in self.columns]
        if unnamed:
            raise ValueError(f"`columns` does not say what may change in the rows of {', '.join(unnamed)}")
        unserved = {proof.same_file for proofs in self.cells.values() for proof in proofs} - {None, *self.files}
        if unserved:
            raise ValueError(f"same_file names {', '.join(map(str, unserved))}, which is not among `files`")
        for expression in self.warnings:
            _compiles(expression)
        return self


ActionCases = list[ActionCase]


def _compiles(expression: str) -> None:
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"{expression!r} is no regular expression: {error}") from error


# -------------------------------------------------------------------------------------------------------- profile


class Touch(Strict):
    """The column by which the vendor tells what changed, and how it writes a time."""

    column: str = "updated_at"
    format: str = "%Y-%m-%dT%H:%M:%S+00:00"
    """For strftime, in UTC."""
    except_tables: list[Table] = []
    exactly: dict[str, Any] = {}
    """Settings of a connection with which a delta sync begins at the very time where the last one ended; {}: there are none."""
    late_seconds: int = 0
    """How much later than its time a change may show; 0: nothing is known of such."""
    tells_of_dependents: bool = False
    """Whether a subject can ask for records by the change of a row that they refer to, so that a delta sync owes them, too."""


class OtherPages(Strict):
    """Pages of another size, best such that the last one of some list is full and of another holds one record only."""

    id: Key
    why: str | None = None
    settings: dict[str, Any] = {}
    options: dict[str, Any] = {}
    steps: list[Step] = []
    """What makes it another account, of which a sync in usual pages is the measure then."""


class Paging(Strict):
    """How to make several pages out of a small world, and how the journal shows page sizes."""

    settings: dict[str, Any] = {}
    """Connection settings that make the connector ask for small pages, e.g. {page_size: 2}."""
    options: dict[str, Any] = {}
    """Tenant options that make the vendor give small pages."""
    size_parameter: str | None = None
    largest: int | None = None
    smallest: dict[str, Any] = {}
    """Tenant options under which even a short list has several pages; set where little is asked for: after a delta, by an action."""
    otherwise: list[OtherPages] = []
    """Further ways in which an account is cut into pages; each brings the same."""


class BetweenPages(Strict):
    """The data changes while a subject is between two pages of an operation."""

    id: Key
    operation: str
    after: Annotated[int, Field(ge=1)] = 1
    """So many pages of the operation have been answered when the steps run."""
    steps: Annotated[list[Step], Field(min_length=1)]
    unsettled: dict[str, list[Key]] = {}
    """Records that may or may not be delivered; all others exactly once."""


class PutOff(Strict):
    """Refusals by which the vendor says in words of its own, whatever the status, that it did nothing and may do it later: each by
    the status of a fault that makes the sandbox say them."""

    reads: list[int] = []
    writes: list[int] = []


class CredentialProfile(Strict):
    """A credential that customers really hand out, and what it can do."""

    about: str | None = None
    permissions: list[str] | None = None
    preset: str | None = None
    readable: list[str] = []
    denied: dict[str, list[str]] = {}
    """"Model" or "Model.field" to the missing permissions that a diagnostic must name."""
    actions: dict[str, list[str]] = {}
    """Case id in actions.yaml to the missing permissions; [] means that the case works as with all permissions."""

    @model_validator(mode="after")
    def _one(self) -> CredentialProfile:
        if (self.permissions is None) == (self.preset is None):
            raise ValueError("a credential has exactly one of permissions and preset")
        return self


class Denial(Strict):
    """Another shape in which the vendor may deny (left out, concealed), and what is then denied."""

    why: str
    quirk: dict[str, bool | dict[str, Any]]
    """As in a step."""
    denied_by: dict[str, dict[str, list[str]]]
    """As in the profile, for this shape: what it does not name is denied as ever."""


class QuirkCase(Strict):
    """A quirk set away from its default (or with settings), and what a right subject makes of it."""

    on: bool | None = None
    """None: the opposite of its default."""
    settings: dict[str, Any] = {}
    steps: list[Step] = []
    """Run after the quirk was set, before the sync."""
    expect: Literal["unchanged"] | Changes = "unchanged"
    also_changes: list[str] = []
    """As in perturbations.yaml: fields that may differ, unjudged."""
    told: list[str] = []
    """"Model" or "Model.field": what the vendor does not show then although it is asked for, so that a diagnostic must say so."""
    warnings: list[str] | None = None
    """As sync_warnings, in its place; None: the same."""
    why: str | None = None


class Deletion(Strict):
    """Records deleted at the vendor, and the unified records that are gone with them."""

    id: Key | None = None
    table: Table
    record: RecordId
    with_records: dict[Table, list[RecordId]] = {}
    """What must be deleted along, for the vendor would."""
    gone: dict[str, list[Key]]
    """All models together must be covered by the deletions of a profile."""
    also_changes: list[str] = []
    expect: Changes = {}
    """Cells of surviving records that change, e.g. a reference that becomes null."""


class DeltaCase(Strict):
    """Changes at the vendor that a delta sync must bring."""

    id: Key | None = None
    why: str | None = None
    steps: Annotated[list[Step], Field(min_length=1)]
    expect: Changes
    also_changes: list[str] = []
    at_watermark: bool = False
    """The change bears the same time as the newest record of the sync before it."""
    settings: dict[str, Any] = {}
    """Of the connection, for what only so set can change; such a case stands by itself."""
    unsettled: dict[str, list[Key]] = {}
    """Records of which nothing that can be asked for by change tells the vendor's deletion: they may go at once or with the next full
    sync. Judged are all others, also those that hang on them."""


class UnfitCase(Strict):
    """Values that a vendor may hold and the unified model cannot, e.g. an e-mail address that is none."""

    id: Key
    why: str | None = None
    steps: Annotated[list[Step], Field(min_length=1)]
    told: Annotated[list[str], Field(min_length=1)]
    """"Model.field": what a diagnostic must speak of, since the record cannot show it."""
    expect: Changes
    also_changes: list[str] = []


class PassthroughCase(Strict):
    """A raw call and what the vendor itself would answer."""

    method: str = "GET"
    path: str
    params: dict[str, Any] | None = None
    headers: dict[str, str] | None = None
    data: Any = None
    status: int
    contains: dict[str, Any] = {}
    """Dotted paths into the answer."""


class OnlyCreated(Strict):
    """For "sync only created applications": a case of actions.yaml that makes one, and the models that are then narrowed."""

    case: Key
    models: dict[str, Literal["created", "referenced", "all"]]
    """created: only what the connection made; referenced: what those need; all: not narrowed."""


class ExploredField(Strict):
    """A field that an explorer must show behind a model."""

    key: str
    label: str | None
    type: Literal["DEFAULT", "CUSTOM"]


class FeatureProfile(Strict):
    """What generic feature checks must be told."""

    passthrough: list[PassthroughCase] = []
    only_created: OnlyCreated | None = None
    explored: dict[str, list[ExploredField]] = {}
    """For explorers: model to fields among those that it shows, before any sync."""


class Earlier(Strict):
    """How much earlier a delta sync asks from than without the setting."""

    operation: str
    seconds: float


class SettingCase(Strict):
    """A setting of the connection, or an account of another make, and exactly the unified cells that are other than usual."""

    id: Key
    why: str | None = None
    settings: dict[str, Any] = {}
    steps: list[Step] = []
    """Run before the first sync: what makes the account another one than that of expected.yaml."""
    asks: list[str] = []
    """Operations that the vendor must have been asked for: a setting that nobody reads changes nothing either."""
    asks_again: list[str] = []
    """Operations whose first request a step lets a fault strike, and which must have been asked once more."""
    sends: dict[str, dict[str, str]] = {}
    """Operation to what each of its requests must say: an expression for a parameter of its query by name, for "path",
    "header:name", "body:dotted.path" or "form:name"."""
    earlier: Earlier | None = None
    same_waits: str | None = None
    """An operation: where it fails for a while, two connections with these settings wait alike."""
    action: Key | None = None
    """A case of actions.yaml to be carried out with these settings besides its own; then `sends` is about what it sends."""
    ends: Literal["SUCCEEDED", "PARTIALLY_FAILED", "FAILED", "AUTHENTICATION_FAILED"] = "SUCCEEDED"
    """How the sync ends."""
    only: list[str] = []
    """Models that are read and judged, the others being off, where the setting concerns no others; none: all."""
    exactly: dict[str, list[Key]] = {}
    """Model to the keys of all its records, where the settings leave so few that naming those that are gone would take a page."""
    expect: Changes = {}
    also_changes: list[str] = []
    told: list[str] = []
    """"Model" or "Model.field": what such an account does not show, so that a diagnostic must say so."""

    @model_validator(mode="after")
    def _differs(self) -> SettingCase:
        if not (self.settings or self.steps):
            raise ValueError("a case has settings, or steps that make another account, or both")
        return self

    @property
    def shows(self) -> bool:
        """Whether it would be red if the settings were not read."""
        sign = (self.asks, self.asks_again, self.sends, self.earlier, self.same_waits, self.exactly, self.expect, self.told)
        return any(sign) or self.ends != "SUCCEEDED"


class AskedFor(Strict):
    """A part of a request that is there for some models or fields only."""

    operation: str
    parameter: str
    """As in `SettingCase.sends`."""
    part: str
    """An expression that is found where the part is asked for."""
    serves: Annotated[list[str], Field(min_length=1)]
    """"Model" or "Model.field": where all of these are off, nobody needs the part."""


class MadeToRead(Strict):
    """Something of the vendor's that reading makes there, with people's data in it, and that goes when it was read."""

    made_by: str
    gone_by: str
    """The operation that takes it away, one call for each."""
    settings: dict[str, Any] = {}
    """Those under which a sync makes it."""


class Profile(Strict):
    """profile.yaml: what generic checks must know of the vendor."""

    about: str | None = None
    page_operations: dict[str, str]
    """Model to the operation (id, as in the journal) whose pages bring it; every promised model."""
    brings_besides: dict[str, list[str]] = {}
    """Operation to models that its pages bring, too, though another operation is the one whose pages are counted."""
    touch: Touch = Touch()
    paging: Paging = Paging()
    asked_anyway: list[str] = []
    """Operations that no page comes from and every sync needs, whatever is switched off: signing in, what there is to read."""
    asked_for: list[AskedFor] = []
    made_to_read: list[MadeToRead] = []
    signs_in: list[str] = []
    """Operations by which a session is had, which then serves for a whole sync."""
    says_the_day: str | None = None
    """An expression found in the refusal of what is over the day's allowance, where no header tells how long to wait."""
    asked_one_by_one: list[str] = []
    """Operations that a sync must ask for once for each record, because no list tells what they tell."""
    sync_warnings: list[str] = []
    """Expressions, each of which finds something in one warning of a full sync; any further warning is a failure."""
    put_off: PutOff = PutOff()
    chosen_by_people: dict[str, dict[str, Any]] = {}
    """Values of the credential that a person chose, so that each letter counts, blanks at the ends among them; each with the
    connection settings under which it is used."""
    between_pages: list[BetweenPages] = []
    credentials: dict[str, CredentialProfile] = {}
    denied_by: dict[str, dict[str, list[str]]] = {}
    """Permission to what is denied when a credential has all but it: {"Model" or "Model.field": missing permissions}.
    {} means that nothing readable hangs on it."""
    denials: dict[str, Denial] = {}
    """By a name of one's own: shapes of denial beside the one that the vendor has by default."""
    hides: dict[str, list[str]] = {}
    """Permission to patterns of others: without it nobody can see whether those are lacking, so they need not be named."""
    quirks: dict[str, QuirkCase | list[QuirkCase]] = {}
    deletions: list[Deletion] = []
    delta: list[DeltaCase] = []
    unfit: list[UnfitCase] = []
    settings: list[SettingCase] = []
    settings_unseen: dict[str, str] = {}
    """Setting to the reason why nothing that can be observed hangs on it."""
    settings_refused: list[dict[str, Any]] = []
    """Settings that can never work, each of which must be refused when connecting."""
    base_urls: list[str] = []
    """Other forms in which customers paste their address, with "{base_url}" for the right one."""
    constants: list[str] = []
    """Models whose records are facts about the vendor: nothing at the vendor changes or deletes them."""
    never_blank: dict[str, list[str]] = {}
    """Model to fields for which the vendor always has a value, so that no record can show a blank one."""
    open_ended: dict[str, list[str]] = {}
    """Model to fields that hold whatever the customer added and the credential shows. What a credential hides of them leaves
    no trace, so only with every permission must they be whole."""
    not_kept_under: dict[str, str] = {}
    """Quirk to the reason why the promise cannot be kept under it, so that no subject is judged there."""
    volatile: list[str] = []
    """Expressions for parts of texts that differ in every tenant or at every reading (signatures in links); not compared."""
    credential_refused_with: list[int] = [401]
    """Statuses with which the vendor refuses a credential that is no good, where it is used or where it is signed in with."""
    api_off: list[Step] = []
    """Steps after which the vendor refuses every call because the customer switched its API off."""
    scoped_fields: dict[str, list[str]] = {}
    """Model to fields that a scope config may switch off; a model not named: all but ids, keys and references."""
    features: FeatureProfile = FeatureProfile()


# ----------------------------------------------------------------------------------------------------------- card


class Card(Strict):
    """fixtures/<vendor>/card.yaml: the names that the connector is known to offer, written down apart from its manifest."""

    models: dict[str, list[str]]
    actions: dict[str, list[str]]
    features: list[str]


# -------------------------------------------------------------------------------------------------------- reading


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # which of both is known at run time only
    """YAML without its traps: times stay texts, only true and false are booleans (NO is Norway), no key stands twice."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in made:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands there twice", key_node.start_mark)
        made[key] = loader.construct_object(value_node, deep=True)
    return made


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    """The file's content. Raises FixtureError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FixtureError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise FixtureError(f"{path}: not YAML: {error}") from error


def load(path: Path, shape: Any) -> Any:
    """The file as `shape` (one of the types above). Raises FixtureError listing every problem with its place."""
    content = read_yaml(path)
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        problems = "\n".join(f"  {_place(problem['loc'])}: {_advice(problem)}" for problem in error.errors())
        raise FixtureError(f"{path}: {error.error_count()} problem(s)\n{problems}") from error


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _advice(problem: Any) -> str:
    if problem["type"] != "extra_forbidden":
        return str(problem["msg"]).removeprefix("Value error, ")
    written = str(problem["loc"][-1])
    near = difflib.get_close_matches(written, sorted(_members()), n=1)
    return f"unknown member {written!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _members() -> set[str]:
    """Every member name of every model in this module: close enough to guess a slip."""
    names: set[str] = set()
    for made in Strict.__subclasses__():
        names |= {field.alias or name for name, field in made.model_fields.items()}
    return names


def load_expected(folder: Path) -> Expected:
    return load(folder / "expected.yaml", Expected)  # type: ignore[no-any-return]


def load_perturbations(folder: Path) -> Perturbations:
    return load(folder / "perturbations.yaml", Perturbations)  # type: ignore[no-any-return]


def load_actions(folder: Path) -> ActionCases:
    return load(folder / "actions.yaml", ActionCases)  # type: ignore[no-any-return]


def load_profile(folder: Path) -> Profile:
    return load(folder / "profile.yaml", Profile)  # type: ignore[no-any-return]


def load_card(vendor_folder: Path) -> Card:
    return load(vendor_folder / "card.yaml", Card)  # type: ignore[no-any-return]
