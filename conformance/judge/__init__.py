"""Compares what a subject delivered with what is right: value by value, as multisets, never shortened to the shorter side.

A Snapshot is everything that a connection shows, with unified ids replaced by the vendor's keys, so that two connections,
or a connection and expected.yaml, can be compared.
"""

from conformance.judge.declared import Declared, Deviation
from conformance.judge.differing import Difference, differences, short, unmoved
from conformance.judge.notation import (
    DATE_TIME,
    UNIFIED_DATE_TIME,
    UNIFIED_ID,
    Mismatch,
    compare,
    compare_plain,
    dig,
    fill,
    is_blank,
)
from conformance.judge.snapshots import OWN_ADDRESS, UNSTABLE, Digests, Levelled, Snapshot, Texts, Values, level, same_bytes, snapshot

__all__ = [
    "DATE_TIME",
    "OWN_ADDRESS",
    "UNIFIED_DATE_TIME",
    "UNIFIED_ID",
    "UNSTABLE",
    "Declared",
    "Deviation",
    "Difference",
    "Digests",
    "Levelled",
    "Mismatch",
    "Snapshot",
    "Texts",
    "Values",
    "compare",
    "compare_plain",
    "differences",
    "dig",
    "fill",
    "is_blank",
    "level",
    "same_bytes",
    "short",
    "snapshot",
    "unmoved",
]
