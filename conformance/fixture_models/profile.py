"""profile.yaml as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from conformance.fixture_models.access import CredentialProfile, Denial, MaskedFirst, PutOff
from conformance.fixture_models.base import Strict
from conformance.fixture_models.changes import Deletion, DeltaCase, QuirkCase, Touch, UnfitCase
from conformance.fixture_models.features import FeatureProfile
from conformance.fixture_models.paging import BetweenPages, Paging
from conformance.fixture_models.settings import SettingCase
from conformance.fixture_models.steps import Step


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
    deletions_shown_for_days: Annotated[float, Field(gt=0)] | None = None
    """So long the vendor shows what was deleted to whoever asks for changes; afterwards nothing does but its absence."""
    asked_one_by_one: list[str] = []
    """Operations that a sync must ask for once for each record, because no list tells what they tell."""
    sync_warnings: list[str] = []
    """Expressions, each of which finds something in one warning of a full sync; any further warning is a failure."""
    masked_first: MaskedFirst | None = None
    """Where the vendor masks values of single records: how those that any probe looks at come to be among them."""
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
    denied_with: list[int] = [403]
    """Statuses with which the vendor may answer where a permission is lacking; any other says nothing about permissions."""
    api_off: list[Step] = []
    """Steps after which the vendor refuses every call because the customer switched its API off."""
    scoped_fields: dict[str, list[str]] = {}
    """Model to fields that a scope config may switch off; a model not named: all but ids, keys and references."""
    features: FeatureProfile = FeatureProfile()
