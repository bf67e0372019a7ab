"""Defects written by hand a fourth time, blind: what mutation operators and well-known connector bugs make of the code, each idea once."""

from tests.strength.handmade.fourth_a import FOURTH_A
from tests.strength.handmade.fourth_b import FOURTH_B
from tests.strength.handmade.rows import Chapter

FOURTH: tuple[Chapter, ...] = (*FOURTH_A, *FOURTH_B)
