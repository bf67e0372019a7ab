"""The connector to Harbor, an invented ATS."""
