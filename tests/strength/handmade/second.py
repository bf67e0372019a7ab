"""Defects written by hand a second time, blind: by somebody who read the connectors and the vendors' facts, and no check."""

from tests.strength.handmade.rows import Chapter
from tests.strength.handmade.second_a import SECOND_A
from tests.strength.handmade.second_b import SECOND_B

SECOND: tuple[Chapter, ...] = (*SECOND_A, *SECOND_B)
