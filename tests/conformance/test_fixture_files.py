"""The fixtures of every vendor are read as the suite reads them, and speak of records and promises that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import fixture_models as models
from connectors.unified.models import MODELS, REFERENCES

FIXTURES = Path(__file__).parents[2] / "fixtures"
WORLDS = sorted(file.parent for file in FIXTURES.glob("*/*/profile.yaml"))
MADE_BY_SERVICE = {"id", "remote_id", "changed_at", "remote_deleted_at"}


@pytest.fixture(params=WORLDS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def world(request: pytest.FixtureRequest) -> Path:
    """One scenario's folder."""
    folder: Path = request.param
    return folder


def test_every_file_is_well_formed(world: Path) -> None:
    """No misspelt member, no wrong type, no key twice: in each file of the folder and in the vendor's card. No two cases have one name."""
    card, expected, profile = models.load_card(world.parent), models.load_expected(world), models.load_profile(world)
    perturbations, actions = models.load_perturbations(world), models.load_actions(world)
    assert set(card.models) == set(expected.models) == set(profile.page_operations)
    for cases in (perturbations, actions, profile.settings, profile.unfit, profile.between_pages):
        ids = [case.id for case in cases]
        assert len(ids) == len(set(ids)), ids
    assert {case.action for case in actions} == set(card.actions)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("perturbations", "[{id: a, table: jobs, record: 1, sets: {}, expect: {}}]", "0.sets: unknown member 'sets'; did you mean 'set'?"),
        ("perturbations", "[{id: a, table: jobs, record: 1, set: {}}]", "0.expect: Field required"),
        ("perturbations", "[{id: a, id: b}]", "the key 'id' stands there twice"),
        ("perturbations", "[{id: a, table: 'jobs; --', record: 1, set: {}, expect: {}}]", "0.table: String should match"),
        ("perturbations", "[", "not YAML"),
        ("expected", "models: {Jobs: [{key: 1, values: {}}, {key: 1, values: {}}]}", "Jobs: the keys 1 stand there twice"),
        ("actions", "[{id: a, action: Add, input: {}, setup: [{advance: 1, options: {}}]}]", "0.setup.0: a step has exactly one of insert,"),
        ("actions", "[{id: a, action: Add, input: {}, cells: {name: [{data: x, equals: 1, contains: a}]}}]", "a proof has exactly one of equals,"),
        ("actions", "[{id: a, action: Add, input: {}, cells: {name: [{table: jobs, equals: 1}]}}]", "a proof in a table needs `column`"),
        ("actions", "[{id: a, action: Add, input: {}, cells: {name: [{data: x, same_file: cv.pdf}]}}]", "same_file names cv.pdf, which is not among"),
        ("actions", "[{id: a, action: Add, input: {}, warnings: ['(']}]", "'(' is no regular expression"),
        ("actions", "[{id: a, action: Add, input: {}, writes: {jobs: {update: 1}}}]", "`columns` does not say what may change in the rows of jobs"),
        ("actions", "[{id: a, action: Add, input: {}, error: X, cells: {name: []}}]", "a refused case proves no input"),
        ("profile", "page_operations: {}\ncredentials: {them: {readable: [Jobs]}}", "a credential has exactly one of permissions and preset"),
        ("profile", "page_operations: {}\nsettings: [{id: a}]", "a case has settings, or steps that make another account"),
    ],
)  # fmt: skip
def test_a_slip_is_an_error_that_names_the_file_and_the_place(tmp_path: Path, file: str, text: str, words: str) -> None:
    """Whatever is misspelt, missing, doubled or contradicts itself; nothing of it is skipped in silence."""
    (tmp_path / f"{file}.yaml").write_text(text, "utf-8")
    load = {"perturbations": models.load_perturbations, "expected": models.load_expected, "actions": models.load_actions,
            "profile": models.load_profile}[file]  # fmt: skip
    with pytest.raises(models.FixtureError) as caught:
        load(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / f"{file}.yaml"))
    assert words in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(models.FixtureError, match=r"card\.yaml: cannot be read \(No such file"):
        models.load_card(tmp_path)


def test_values_are_what_they_look_like(tmp_path: Path) -> None:
    """Norway is no false, a time is the text that stands there, a number as key is a text."""
    text = "models: {Jobs: [{key: 310, values: {country: NO, at: 2026-03-01T10:00:00Z, day: 2026-03-01, open: true, count: 0}}]}"
    (tmp_path / "expected.yaml").write_text(text, "utf-8")
    [record] = models.load_expected(tmp_path).models["Jobs"]
    assert record.key == "310"
    assert record.values == {"country": "NO", "at": "2026-03-01T10:00:00Z", "day": "2026-03-01", "open": True, "count": 0}


def test_a_case_belongs_to_the_models_whose_records_it_takes_makes_and_names() -> None:
    """So that a run of one model takes its actions along."""
    case = models.ActionCase(
        id="a", action="Add", input={"job_id": "$Jobs/1", "inside": [{"stage_id": "$Stages/2", "text": "costs $5/h"}]},
        creates={"Candidates": "id"}, data={"results.0.by": {"$ref": "Users/3"}},
    )  # fmt: skip
    assert case.models == {"Jobs", "Stages", "Candidates", "Users"}


def test_expected_says_every_promised_field_of_every_record(world: Path) -> None:
    """A field that expected.yaml leaves out would go unjudged."""
    card, expected = models.load_card(world.parent), models.load_expected(world)
    assert set(expected.models) == set(card.models)
    for model, records in expected.models.items():
        promised = set(card.models[model]) - MADE_BY_SERVICE
        wrong = {record.key: promised ^ set(record.values) for record in records if promised != set(record.values)}
        assert not wrong, f"{model}: {wrong}"


def test_references_lead_to_expected_records(world: Path) -> None:
    """A reference is the key of a record of the model that it points at, or null."""
    expected = models.load_expected(world).models
    keys = {model: {record.key for record in records} for model, records in expected.items()}
    for model, records in expected.items():
        for record in records:
            for name, target in REFERENCES[model].items():
                found = record.values.get(name)
                for value in found if isinstance(found, list) else [found]:
                    # An option of a select question has no row: its key begins with its question's.
                    known = not isinstance(value, str) or value in keys[target] or value.split("/")[0] in keys[target]
                    assert known, f"{model}/{record.key}.{name} points at {value}, which {target} does not have"


def _changes(world: Path) -> Iterator[tuple[str, models.Changes]]:
    """Every declaration of changed cells, with the name of its place."""
    for one in models.load_perturbations(world):
        yield f"perturbation {one.id}", one.expect
    profile = models.load_profile(world)
    for case in profile.delta:
        yield f"delta {case.id}", case.expect
    for setting in profile.settings:
        yield f"setting {setting.id}", setting.expect
    for deletion in profile.deletions:
        yield f"deletion {deletion.id}", deletion.expect
        yield f"deletion {deletion.id}", {model: dict.fromkeys(keys) for model, keys in deletion.gone.items()}


def test_changes_are_of_promised_cells(world: Path) -> None:
    """Models and fields that changes name are promised; what is said to go was there; a new record says what it is joined from."""
    card, expected = models.load_card(world.parent), models.load_expected(world)
    keys = {model: {record.key for record in records} for model, records in expected.models.items()}
    for place, changes in _changes(world):
        for model, records in changes.items():
            assert model in card.models, f"{place}: {model} is not promised"
            for key, values in records.items():
                strange = set(values or {}) - set(card.models[model])
                assert not strange, f"{place}: {model}/{key} has no {strange}"
                if values is not None and key not in keys[model] and MODELS[model].key != ("remote_id",):
                    assert set(MODELS[model].key) <= set(values), f"{place}: the new {model}/{key} does not say what it joins"


def test_every_promised_field_is_moved_by_a_perturbation(world: Path) -> None:
    """A cell that nothing ever changes could be a constant."""
    card = models.load_card(world.parent)
    moved = {(model, name) for one in models.load_perturbations(world) for model, found in one.expect.items()
             for values in found.values() for name in values or {}}  # fmt: skip
    fixed = {model: {*MADE_BY_SERVICE, *MODELS[model].key} for model in card.models}
    still = [
        (model, name) for model, names in card.models.items() for name in names if name not in fixed[model] and (model, name) not in moved
    ]
    assert not still


def test_every_promised_input_is_proved_by_a_case(world: Path) -> None:
    """Each input of each action has a case that goes through and says where it must be seen."""
    card = models.load_card(world.parent)
    proved = {(case.action, name) for case in models.load_actions(world) if case.error is None for name in case.cells}
    missing = [(action, name) for action, names in card.actions.items() for name in names if (action, name) not in proved]
    assert not missing
    assert not proved - {(action, name) for action, names in card.actions.items() for name in names}


def test_tables_and_ids_of_steps_are_in_the_records(world: Path) -> None:
    """A change of the truth names a table and a record that records.yaml holds."""
    tables: Mapping[str, list[dict[str, Any]]] = models.read_yaml(world / "records.yaml")["tables"]
    ids = {table: {str(row.get("id", row.get("Id"))) for row in rows} for table, rows in tables.items()}
    profile = models.load_profile(world)
    touched = [(one.table, one.record) for one in models.load_perturbations(world)]
    touched += [(one.table, one.record) for one in profile.deletions]
    touched += [(table, record) for one in profile.deletions for table, records in one.with_records.items() for record in records]
    for case in profile.delta:
        touched += [(step.update.table, step.update.record) for step in case.steps if step.update]
        touched += [(step.delete.table, step.delete.record) for step in case.steps if step.delete]
    lost = [(table, record) for table, record in touched if str(record) not in ids.get(table, set())]
    inserted = {
        (step.insert.table, step.insert.row.get("id", step.insert.row.get("Id")))
        for case in profile.delta
        for step in case.steps
        if step.insert
    }
    assert not set(lost) - inserted
