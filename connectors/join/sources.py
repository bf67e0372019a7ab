"""Where an application came from, in the words of JOIN's closed list."""

from __future__ import annotations

from connectors.unified.actions import Source

SOURCES = frozenset(
    {"ORGANIC", "REFERRALS", "JOB_BOARDS", "SOCIAL_MEDIA", "AGENCY", "SOURCING_TOOLS", "EVENTS", "INTERNAL_APPLICATION", "OTHER"}
)
"""JOIN's closed list (SeenInCode: a careers site plugin's menu)."""
SOURCE_WORDS = {
    "job_board": "JOB_BOARDS",
    "job_boards": "JOB_BOARDS",
    "linkedin": "JOB_BOARDS",
    "indeed": "JOB_BOARDS",
    "stepstone": "JOB_BOARDS",
    "xing": "JOB_BOARDS",
    "glassdoor": "JOB_BOARDS",
    "monster": "JOB_BOARDS",
    "referral": "REFERRALS",
    "referrals": "REFERRALS",
    "employee_referral": "REFERRALS",
    "agency": "AGENCY",
    "recruiter": "AGENCY",
    "social": "SOCIAL_MEDIA",
    "social_media": "SOCIAL_MEDIA",
    "event": "EVENTS",
    "events": "EVENTS",
    "internal": "INTERNAL_APPLICATION",
    "internal_application": "INTERNAL_APPLICATION",
    "sourcing": "SOURCING_TOOLS",
    "sourcing_tool": "SOURCING_TOOLS",
    "sourcing_tools": "SOURCING_TOOLS",
    "career_site": "ORGANIC",
    "career_page": "ORGANIC",
    "organic": "ORGANIC",
}
"""Words of unified keys and of common source names, in lower case with underscores (our own reading)."""


def join_source(source: Source | None) -> tuple[str | None, str | None]:
    """(value of JOIN's list, text that does not fit it). The id decides before the key, the key before the name.

    What was given beside the deciding word and means nothing to JOIN is a text that does not fit, too: no part is lost.
    """
    if source is None:
        return None, None
    by_weight = [text for text in (source.id, source.unified_key, source.name) if text is not None and text.strip()]
    if not by_weight:
        return None, None
    known = [word for word in map(_join_word, by_weight) if word is not None]
    for_people = [text for text in (source.name, source.id, source.unified_key) if text in by_weight]
    unfitting = next((text for text in for_people if text is not None and _join_word(text) is None), None)
    return known[0] if known else "OTHER", unfitting


def _join_word(text: str) -> str | None:
    word = text.strip().lower().replace(" ", "_").replace("-", "_")
    return word.upper() if word.upper() in SOURCES else SOURCE_WORDS.get(word)
