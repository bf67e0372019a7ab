"""Lacking permissions: said, named, limited to what hangs on them, and made good by a grant. No null may mean two things."""

from conformance.casework import model_cells, one_case
from conformance.check import Check
from conformance.checks.permissions.customers import customer_cells, customers, customers_act, doing_cells
from conformance.checks.permissions.declared import declared_needs
from conformance.checks.permissions.denied import BY_NAME, again, by_name, denied, denied_cells
from conformance.checks.permissions.empty import narrowed_cells, nothing_there, said_all_the_same
from conformance.checks.permissions.granting import granted, taken
from conformance.checks.permissions.others import others
from conformance.checks.permissions.probes import probe_cells, probes
from conformance.checks.permissions.without import known
from conformance.scopes.narrowing import midway, midway_cells

API = "unified API: scope testing, INTEGRATION.PERMISSION_MISSING"
CHECKS = (
    Check("PRM-1", "What a credential may not read is not there, and a diagnostic names it with the missing permission.", API,
          denied_cells, denied),
    Check("PRM-11", "What is denied is said in every sync, whether it is the first or a later one, and asks for all or for changes only.",
          "design of this suite: no silent null", lambda lab: known(lab, "told again"), again),
    Check("PRM-2", "A lacking permission takes nothing with it that does not hang on it.", "design of this suite: M3",
          lambda lab: known(lab, "others"), others),
    Check("PRM-3", "A probe says of every model whether it can be read, as a sync then shows.", "design of this suite: M1",
          probe_cells, probes),
    Check("PRM-4", "After a permission was granted, the next sync brings what was missed.", "design of this suite: M6",
          lambda lab: known(lab, "granted later"), granted),
    Check("PRM-5", "After a permission was taken away, nothing already read is deleted, and no id changes.", "design of this suite: M7",
          lambda lab: known(lab, "taken away"), taken),
    Check("PRM-12", "What is taken away in the middle of a sync is told by that sync, and a grant makes it good.", "design of this suite: M7",
          midway_cells, midway, chapter="permissions"),
    Check("PRM-6", "With the credentials that customers really hand out, exactly what they may read is read.", API,
          customer_cells, customers),
    Check("PRM-7", "With the credentials that customers really hand out, exactly what they may do is done.", API,
          doing_cells, customers_act),
    Check("PRM-8", "An account with nothing in it is empty, not denied.", "design of this suite: empty and denied look different",
          model_cells, nothing_there),
    Check("PRM-13", "Also where nothing is there, a sync says what may not be read, as a probe does.",
          "design of this suite: empty and denied look different", narrowed_cells, said_all_the_same),
    Check("PRM-10", "What is denied is reported by the names of all permissions that are missing.", "design of this suite: no silent null",
          one_case("permission", BY_NAME.name, BY_NAME.owner), by_name),
    Check("PRM-9", "The manifest names exactly the permissions without which a model cannot be read.", API, model_cells, declared_needs),
)  # fmt: skip
