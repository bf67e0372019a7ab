"""The scope config: what a customer switched off is not there, is said to be off, and comes back when switched on."""

from conformance.casework import model_cells, one_case
from conformance.check import Check
from conformance.checks.scopes.actions import action_cells, actions_off, made_cells, made_with_fields_off
from conformance.checks.scopes.fields import fields_off, fields_off_in_a_delta, fields_on, fields_said, told_by_time
from conformance.checks.scopes.models import (
    OFF_AND_DENIED,
    ROW,
    dependent_cells,
    dependents_off,
    models_back,
    models_off,
    optional,
    optional_cells,
    quiet_about_off,
    rest,
    row,
)
from conformance.checks.scopes.needless import ALL_OFF, HALF_OFF, not_asked, only_needed
from conformance.checks.scopes.probing import probed_off
from conformance.checks.scopes.returning import on_again, on_again_cells, reconnected, reconnected_cells
from conformance.checks.scopes.strange import strange, strange_cells
from conformance.checks.scopes.switching import scopable_cells

API = "unified API: scope config"
CHECKS = (
    Check("SCP-1", "A field that is switched off is null after the next sync.", API, scopable_cells, fields_off),
    Check("SCP-15", "A field that is switched off is null after the next delta sync, and back after the one that follows its return.", API,
          model_cells, fields_off_in_a_delta),
    Check("SCP-18", "changed_at moves when a field is emptied because it is switched off, and when it is filled again.",
          "unified API: delta syncs, remote_deleted_at, changed_at", model_cells, told_by_time),
    Check("SCP-2", "Switching fields off leaves every other field as it was.", API, model_cells, fields_on),
    Check("SCP-3", "A field that is null because it is switched off is reported as such.",
          "design of this suite: no silent null", scopable_cells, fields_said, level="SHOULD"),
    Check("SCP-4", "A model that is switched off is not shown any more; its records are marked as deleted.", API,
          model_cells, models_off),
    Check("SCP-19", "What is switched off is not called denied: nobody wants a permission for it.", API,
          one_case("connection", OFF_AND_DENIED.name, OFF_AND_DENIED.owner), quiet_about_off),
    Check("SCP-20", "A probe says of every model and field that is switched off that it is not readable.",
          "design of this suite: M1, a probe says what a sync then shows", model_cells, probed_off),
    Check("SCP-5", "A model that depends on one that is switched off is off, too.", API, dependent_cells, dependents_off),
    Check("SCP-6", "Switching a model off leaves all models that do not depend on it as they were.", API, model_cells, rest),
    Check("SCP-7", "A model that is switched on again is there again after the next sync, under the same ids.", API,
          model_cells, models_back),
    Check("SCP-10", "Switching one model after the other off and on again ends where it began.", API,
          one_case("connection", ROW.name, ROW.owner), row),
    Check("SCP-12", "Nothing is asked of the vendor that only a model needs that is switched off.", API, model_cells, not_asked),
    Check("SCP-13", "What is switched on again is whole after the next sync that succeeds, even if that asks for changes only.", API,
          on_again_cells, on_again),
    Check("SCP-14", "Nothing is asked of the vendor that only a field needs that is switched off.", API,
          lambda lab: [ALL_OFF, *HALF_OFF], only_needed),
    Check("SCP-8", "OPTIONAL is on; OPTIONAL that the customer opted out of is off.", API, optional_cells, optional),
    Check("SCP-11", "A scope config that names what is not there is refused, so that nothing stays on by a slip of the pen.", API,
          strange_cells, strange),
    Check("SCP-16", "Of what an action makes, fields that are switched off are not kept.", API, made_cells, made_with_fields_off),
    Check("SCP-17", "Another credential lets nothing in that is switched off, and another scope config goes on with the same credential.", API,
          reconnected_cells, reconnected),
    Check("SCP-9", "An action that is switched off is refused and writes nothing.", API, action_cells, actions_off),
)  # fmt: skip
