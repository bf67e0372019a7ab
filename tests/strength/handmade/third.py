"""Defects written by hand a third time, blind: the mistakes that public bug trackers are full of, each once."""

from tests.strength.handmade.rows import Chapter
from tests.strength.handmade.third_a import THIRD_A
from tests.strength.handmade.third_b import THIRD_B

THIRD: tuple[Chapter, ...] = (*THIRD_A, *THIRD_B)
