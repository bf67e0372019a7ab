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

from conformance.fixture_models.access import CredentialProfile, Denial, PutOff
from conformance.fixture_models.actions import PROOF_WORDS, WRITTEN_REFERENCE, ActionCase, ActionCases, Proof, Repeat, ServedFile, Writes
from conformance.fixture_models.base import Changes, FixtureError, Key, RecordId, Strict, Table
from conformance.fixture_models.changes import Deletion, DeltaCase, QuirkCase, Touch, UnfitCase
from conformance.fixture_models.features import ExploredField, FeatureProfile, OnlyCreated, PassthroughCase
from conformance.fixture_models.paging import BetweenPages, OtherPages, Paging, SmallPages
from conformance.fixture_models.profile import AskedFor, MadeToRead, Profile
from conformance.fixture_models.reading import load, load_actions, load_card, load_expected, load_perturbations, load_profile, read_yaml
from conformance.fixture_models.settings import Earlier, SettingCase
from conformance.fixture_models.steps import Delete, Insert, Step, Update
from conformance.fixture_models.truth import Card, Expected, ExpectedRecord, Perturbation, Perturbations

__all__ = [
    "PROOF_WORDS",
    "WRITTEN_REFERENCE",
    "ActionCase",
    "ActionCases",
    "AskedFor",
    "BetweenPages",
    "Card",
    "Changes",
    "CredentialProfile",
    "Delete",
    "Deletion",
    "DeltaCase",
    "Denial",
    "Earlier",
    "Expected",
    "ExpectedRecord",
    "ExploredField",
    "FeatureProfile",
    "FixtureError",
    "Insert",
    "Key",
    "MadeToRead",
    "OnlyCreated",
    "OtherPages",
    "Paging",
    "PassthroughCase",
    "Perturbation",
    "Perturbations",
    "Profile",
    "Proof",
    "PutOff",
    "QuirkCase",
    "RecordId",
    "Repeat",
    "ServedFile",
    "SettingCase",
    "SmallPages",
    "Step",
    "Strict",
    "Table",
    "Touch",
    "UnfitCase",
    "Update",
    "Writes",
    "load",
    "load_actions",
    "load_card",
    "load_expected",
    "load_perturbations",
    "load_profile",
    "read_yaml",
]
