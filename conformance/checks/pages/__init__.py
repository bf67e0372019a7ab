"""Completeness: every record arrives exactly once, in one page or many, while the data stands still and while it moves.

Identity is judged only here, values only in the fields chapter.
"""

from conformance.casework import model_cells, one_case
from conformance.check import Check
from conformance.checks.pages.lists import LARGE, complete, large, many_pages, other_cells, other_pages
from conformance.checks.pages.moving import RESTLESS, keeps_moving, moving, moving_cases
from conformance.checks.pages.slow import IMPORT, much_at_once, slow_cells, slowly
from conformance.checks.pages.syncing import (
    WARNINGS,
    masked,
    masked_cells,
    masked_in_any_shape,
    shapes,
    succeeds,
    unfit,
    unfit_cells,
    warned,
)

CHECKS = (
    Check("SYN-1", "With every permission a full sync succeeds and reports nothing as denied.", "unified API: sync states",
          one_case("connection", "full sync"), succeeds),
    Check("SYN-2", "What a sync leaves out is told in a warning, and nothing else is.", "fixtures: profile.yaml, sync_warnings",
          one_case("connection", WARNINGS.name, WARNINGS.owner), warned),
    Check("SYN-3", "A value that the vendor masks is null and reported as masked.", "design of this suite: no silent null",
          masked_cells, masked),
    Check("SYN-4", "In whatever shape the vendor masks, its placeholder is passed on nowhere, within no value, and the null is reported as masked.",
          "design of this suite: no silent null", shapes, masked_in_any_shape),
    Check("SYN-5", "A value that the unified model cannot hold is told in a diagnostic, and costs its record nothing else.",
          "design of this suite: no silent null", unfit_cells, unfit),
    Check("PAG-1", "Every record that the vendor has arrives exactly once.", "unified API: read endpoints", model_cells, complete),
    Check("PAG-2", "All pages are read to the last one, however small they are.", "unified API: read endpoints", model_cells, many_pages),
    Check("PAG-5", "Wherever a list is cut into pages, the same arrives: also if the last page is full, or holds one record.",
          "unified API: read endpoints", other_cells, other_pages, stage="then"),
    Check("PAG-7", "Of a large account every record arrives, too.", "unified API: read endpoints",
          one_case("case", LARGE.name, LARGE.owner), large, stage="then"),
    Check("PAG-3", "Records inserted, changed or deleted between two pages make none lost or doubled; who is shown twice is as shown last.",
          "design of this suite: completeness while data moves", moving_cases, moving),
    Check("PAG-8", "However often a list moves while it is read, what stays arrives, or it is told that it may be missing.",
          "design of this suite: completeness while data moves", one_case("case", RESTLESS.name, RESTLESS.owner), keeps_moving, stage="then"),
    Check("PAG-4", "A list that takes days to read arrives whole, though what the vendor handed out for reading it expires again and again.",
          "design of this suite: completeness while data moves", slow_cells, slowly, stage="then"),
    Check("PAG-6", "A delta sync for which everything changed at once, as after an import, loses nothing.", "design of this suite: completeness",
          one_case("case", IMPORT.name, IMPORT.owner), much_at_once, stage="then"),
)  # fmt: skip
