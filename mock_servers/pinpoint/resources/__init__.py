"""The table of Pinpoint's resources: what each shows, accepts, filters and sorts by. Read it beside the vendor's reference."""

from __future__ import annotations

from mock_servers.pinpoint.resource import Resource
from mock_servers.pinpoint.resources import checks, company, fields, people, vacancies

RESOURCES: dict[str, Resource] = {
    resource.type: resource
    for module in (company, vacancies, people, checks, fields)
    for resource in vars(module).values()
    if isinstance(resource, Resource)
}
