"""What holds for every test: Hypothesis draws the same examples in each run, and no example is judged by how long it took."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("reproducible", deadline=None, derandomize=True, database=None)
settings.load_profile("reproducible")
