"""Unified ids: 24 characters of base58, made from the integration's id and the vendor's, so they outlive every sync.

The model plays no part: two models of one integration that share a vendor id share the unified id, as is documented of
the unified API. Nothing is stored to make an id, so a reference to a record that no sync has seen yet has its id already.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 24
_PAIRS = tuple(first + second for second in ALPHABET for first in ALPHABET)
"""Two digits at once, the lower one first."""


@lru_cache(maxsize=100_000)  # each record's id is needed where it is stored and wherever it is referred to
def unified_id(integration_id: str, key: str) -> str:
    """The unified id of the vendor's record `key`."""
    digest = hashlib.sha256(f"{integration_id}\n{key}".encode()).digest()
    return _base58(int.from_bytes(digest))


def new_integration_id(vendor: str) -> str:
    """A fresh one, in the unified API's form: "join:HWUTwvyx2wLoSUHphiWVrp28"."""
    return f"{vendor}:{_base58(secrets.randbits(256))}"


def named_integration_id(vendor: str, name: str) -> str:
    """The same in every run, for runs that must be comparable."""
    return f"{vendor}:{unified_id(vendor, name)}"


def _base58(number: int) -> str:
    pairs = []
    for _ in range(LENGTH // 2):
        number, pair = divmod(number, len(_PAIRS))
        pairs.append(_PAIRS[pair])
    return "".join(pairs)
