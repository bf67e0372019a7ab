"""Harbor, an invented ATS: four lists by key, one write."""
