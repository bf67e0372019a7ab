"""How tests write to and look at each vendor through its real API: drawn requests, and the reads that show everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Call = tuple[str, str, Any]
"""(method, path, JSON body or None)."""

WORDS = st.sampled_from(["Ada", "Björn", "نور", "O'Hara", "x" * 300, "  ", "<b>&amp;", "☕"]) | st.text(max_size=12)
TEXTS = WORDS.map(lambda text: text.encode("utf-8", "replace").decode())
EMAILS = st.sampled_from(["ada@example.test", "bob@example.test", "ADA@example.test", "no address"])
LETTER = "data:text/plain;base64,SGVsbG8="


@dataclass(frozen=True)
class Visitor:
    """What a client of one vendor does."""

    vendor: str
    writes: st.SearchStrategy[Call]
    reads: tuple[str, ...]
    records: Mapping[str, tuple[str, tuple[int, ...]]]
    """Table to (a column of texts, ids that may be there), for changes past the vendor's rules."""
    secret: str
    """The name under which the credential holds the secret that the header takes."""
    header: str


def _item(type: str, attributes: dict[str, Any], id: int | None = None, **related: tuple[str, int]) -> dict[str, Any]:
    links = {name: {"data": {"type": kind, "id": str(target)}} for name, (kind, target) in related.items()}
    item = {"type": type, "attributes": attributes, **({"relationships": links} if links else {})}
    return {"data": item if id is None else {**item, "id": str(id)}}


_JOBS, _APPLICATIONS, _STAGES = st.sampled_from([301, 302, 303, 311, 999]), st.integers(5001, 5012), st.sampled_from([4011, 4012, 4021, 9])

PINPOINT = Visitor(
    "pinpoint",
    st.one_of(
        st.builds(
            lambda job, first, email, letter: (
                "POST",
                "/api/v1/applications",
                _item(
                    "applications",
                    {
                        "first_name": first,
                        "last_name": "Lovelace",
                        "email": email,
                        **({"cover_letter_base64_data": LETTER, "cover_letter_base64_filename": "a.txt"} if letter else {}),
                    },
                    job=("jobs", job),
                ),
            ),
            _JOBS,
            TEXTS,
            EMAILS,
            st.booleans(),
        ),
        st.builds(
            lambda target, stage: ("PUT", f"/api/v1/applications/{target}", _item("applications", {}, target, stage=("stages", stage))),
            _APPLICATIONS,
            _STAGES,
        ),
        st.builds(lambda target, title: ("PUT", f"/api/v1/jobs/{target}", _item("jobs", {"title": title}, target)), _JOBS, TEXTS),
        st.builds(lambda name: ("POST", "/api/v1/departments", _item("departments", {"name": name})), TEXTS),
        st.builds(lambda target: ("DELETE", f"/api/v1/departments/{target}", None), st.sampled_from([11, 12, 13, 14, 15])),
        st.builds(
            lambda target, text: ("POST", "/api/v1/comments", _item("comments", {"body_text": text}, commentable=("applications", target))),
            _APPLICATIONS,
            TEXTS,
        ),
        st.builds(lambda target: ("DELETE", f"/api/v1/applications/{target}", None), _APPLICATIONS),
        st.builds(
            lambda target, tag: (
                "PUT",
                f"/api/v1/applications/{target}",
                _item("applications", {"add_tag_with_context": {"tag": tag, "context": "skills"}}, target),
            ),
            _APPLICATIONS,
            TEXTS,
        ),
    ),
    (
        "/api/v1/jobs?page[size]=1000&include=stages,department,questions",
        "/api/v1/jobs?sort=-updated_at&stats[total]=count",
        "/api/v1/jobs/301",
        "/api/v1/candidates?page[size]=1000&include=applications",
        "/api/v1/applications?page[size]=1000&extra_fields[applications]=attachments&include=comments,stage,candidate",
        "/api/v1/applications?sort=-created_at&page[size]=7&page[number]=2",
        "/api/v1/departments",
        "/api/v1/comments",
        "/api/v1/users",
        "/api/v1/interviews",
        "/api/v1/nothing",
    ),
    {"jobs": ("title", (301, 302, 303)), "departments": ("name", (11, 12, 13)), "candidates": ("first_name", (7001, 7002, 7003))},
    "api_key",
    "X-API-KEY",
)

_PEOPLE = st.sampled_from([41000001, 41000002, 41000003])
JOIN = Visitor(
    "join",
    st.one_of(
        st.builds(
            lambda job, first, email, document: (
                "POST",
                "/v2/applications",
                {
                    "jobId": job,
                    "candidate": {"firstName": first, "lastName": "Lovelace", "email": email},
                    **({"documents": [{"type": "CV", "name": "a.txt", "data": LETTER}]} if document else {}),
                },
            ),
            st.sampled_from([16010001, 16010002, 5]),
            TEXTS,
            EMAILS,
            st.booleans(),
        ),
        st.builds(lambda city: ("POST", "/v2/offices", {"countryIso": "DE", "city": city}), TEXTS),
        st.builds(
            lambda title, office: (
                "POST",
                "/v2/jobs",
                {
                    "title": title,
                    "description": "<p>x</p>",
                    "categoryId": 1101,
                    "employmentTypeId": 1,
                    "officeId": office,
                    "language": "en",
                },
            ),
            TEXTS,
            st.sampled_from([501, 502, 9]),
        ),
        st.builds(
            lambda target, status: ("PATCH", f"/v2/jobs/{target}/changeStatus", {"status": status}),
            st.sampled_from([16010001, 16010002, 16010003]),
            st.sampled_from(["ONLINE", "OFFLINE", "ARCHIVED"]),
        ),
        st.builds(lambda target, tags: ("PUT", f"/v2/candidates/{target}/tags", {"tags": tags}), _PEOPLE, st.lists(TEXTS, max_size=3)),
        st.builds(lambda target, text: ("POST", f"/v2/candidates/{target}/notes", {"content": text}), _PEOPLE, TEXTS),
        st.builds(lambda target: ("DELETE", f"/v2/applications/{target}", None), st.sampled_from([51230001, 51230002, 51230003])),
    ),
    (
        "/v2/jobs?content=true",
        "/v2/jobs?page=2&pageSize=10",
        "/v2/applications",
        "/v2/applications?page=2&pageSize=50",
        "/v2/applications?page=3&pageSize=50",
        "/v2/applications/51230001",
        "/v2/offices",
        "/v2/categories?language=de",
        "/v1/jobs",
        "/v2/nothing",
    ),
    {"jobs": ("title", (16010001, 16010002)), "offices": ("city", (501, 502)), "candidates": ("first_name", (41000001, 41000004))},
    "token",
    "Authorization",
)
VISITORS = {visitor.vendor: visitor for visitor in (PINPOINT, JOIN)}
