"""Values that arrive and are not what the vendor has."""

from tests.strength.handmade.rows import Chapter, HandMade

OF_PINPOINT = (
    HandMade("filled jobs are archived ones", "pinpoint.jobs", '"filled": "CLOSED",', '"filled": "ARCHIVED",'),
    HandMade(
        "a word that no table has becomes null",
        "pinpoint.values",
        "return table.get(value, value) if isinstance(value, str) else value",
        "return table.get(value) if isinstance(value, str) else value",
    ),
    HandMade(
        "least and greatest salary are swapped",
        "pinpoint.mapping",
        '"salary_amount_from": amount("compensation_minimum"),\n    "salary_amount_to": amount("compensation_maximum"),',
        '"salary_amount_from": amount("compensation_maximum"),\n    "salary_amount_to": amount("compensation_minimum"),',
    ),
    HandMade(
        "a number 0 becomes null",
        "pinpoint.values",
        "    if value is None or isinstance(value, int | float):\n        return value",
        "    if not value:\n        return None\n    if isinstance(value, int | float):\n        return value",
    ),
    HandMade("amounts lose their cents", "pinpoint.values", "return int(exact) if exact.is_integer() else exact", "return int(exact)"),
    HandMade(
        "the headers of a description are lost",
        "pinpoint.jobs",
        'parts.append(f"<h3>{header}</h3>{html}" if header and parts else html)',
        "parts.append(html)",
    ),
    HandMade(
        "a description loses its markup",
        "pinpoint.jobs",
        'return "\\n".join(parts) if parts else None',
        'return "\\n".join(parts).replace("<p>", "").replace("</p>", "") if parts else None',
    ),
    HandMade(
        "a job that was filled has no time of closing",
        "pinpoint.jobs",
        'return closed if isinstance(closed, str) else job.get("filled_at") or closed',
        "return closed",
    ),
    HandMade("a job is opened when it was made", "pinpoint.mapping", '"opened_at": "opened_at",', '"opened_at": "created_at",'),
    HandMade(
        "the contact is the hiring manager first",
        "pinpoint.jobs",
        "found = manager if recruiter is None else recruiter",
        "found = recruiter if manager is None else manager",
    ),
    HandMade(
        "rejected applications are pending while their stage is none of rejection",
        "pinpoint.people",
        'return "DECLINED" if application.get("rejected_at") is not None or kind == "rejected" else "PENDING"',
        'return "DECLINED" if kind == "rejected" else "PENDING"',
    ),
    HandMade("LinkedIn is that of the first application", "pinpoint.people", "return linkedin(links[-1])", "return linkedin(links[0])"),
    HandMade(
        "the source is that of the last application",
        "pinpoint.people",
        "    first = next(iter(_applications_of(candidate)), None)",
        "    first = next(reversed(_applications_of(candidate)), None)",
    ),
    HandMade("interviews end when they begin", "pinpoint.mapping", '"ending_at": "end_at",', '"ending_at": "start_at",'),
    HandMade(
        "a date in an answer is a day early",
        "pinpoint.questions",
        'f"{day}T00:00:00.000Z" if isinstance(day, str)',
        'f"{day}T00:00:00.000+02:00" if isinstance(day, str)',
    ),
    HandMade(
        "of several choices only the first is delivered",
        "pinpoint.questions",
        'return "MULTI_SELECT", {"choices": chosen}',
        'return "MULTI_SELECT", {"choices": chosen[:1]}',
    ),
    HandMade(
        "an answer no is delivered as none",
        "pinpoint.questions",
        '{"checked": answer.get("boolean_answer")}',
        '{"checked": answer.get("boolean_answer") or None}',
    ),
    HandMade("the second line of an address is lost", "pinpoint.people", '    "street_2": "address2",\n', ""),
    HandMade(
        "countries are passed on by name",
        "pinpoint.values",
        '    tidied["country"] = countries.code_of(tidied["country"])\n',
        "",
    ),
    HandMade(
        "custom fields that say false, 0 or nothing are left out",
        "pinpoint.jobs",
        'return {attribute.get("field_name"): attribute.get("value") for attribute in job.many("custom_attributes")}',
        'return {one.get("field_name"): one.get("value") for one in job.many("custom_attributes") if one.get("value")}',
    ),
    HandMade(
        "hiring manager and recruiter are swapped",
        "pinpoint.jobs",
        'JOB_ROLES = {"hiring_manager_user": "HIRING_MANAGER", "recruitment_manager_user": "RECRUITER"}',
        'JOB_ROLES = {"hiring_manager_user": "RECRUITER", "recruitment_manager_user": "HIRING_MANAGER"}',
    ),
    HandMade(
        "times lose their zone",
        "unified.values",
        "return value.astimezone(UTC).isoformat(",
        "return value.replace(tzinfo=UTC).isoformat(",
    ),
    HandMade(
        "times lose their fraction of a second",
        "unified.values",
        'isoformat(timespec="milliseconds").replace("+00:00", "Z")',
        'isoformat(timespec="seconds").replace("+00:00", ".000Z")',
    ),
    HandMade(
        "questions are numbered from 1",
        "pinpoint.jobs",
        'JobQuestion(job, question, index) for index, question in enumerate(job.many("questions")))',
        'JobQuestion(job, question, index) for index, question in enumerate(job.many("questions"), start=1))',
    ),
    HandMade(
        "the post's address is given for jobs that are not public",
        "pinpoint.jobs",
        'if job.get("status") == "open" and job.get("visibility") == "external" else None',
        'if job.get("status") == "open" else None',
    ),
)

OF_JOIN = (
    HandMade(
        "a word that the table does not know becomes its first",
        "join.values",
        "return None if value is None else table.get(value, value)",
        "return None if value is None else table.get(value, next(iter(table.values())))",
    ),
    HandMade(
        "the amount of a range is its lower end",
        "join.jobs",
        '    if salary is None or (salary.get("to") is not None and salary.get("to") != salary.get("from")):\n',
        "    if salary is None:\n",
    ),
    HandMade(
        "amounts are taken for cents",
        "join.jobs",
        '    amount: float | None = salary.get("from")\n    return amount',
        '    amount: float | None = salary.get("from")\n    return None if amount is None else amount / 100',
    ),
    HandMade(
        "rejected applications are pending",
        "join.mapping",
        'OUTCOMES = {"HIRED": "HIRED", "REJECTED": "DECLINED"}',
        'OUTCOMES = {"HIRED": "HIRED", "DECLINED": "DECLINED"}',
    ),
    HandMade(
        "a candidate's source is that of the latest application",
        "join.applications",
        "_age(application) < _age(self._earliest[id])",
        "_age(application) > _age(self._earliest[id])",
    ),
    HandMade(
        "a second first name is the last name",
        "join.people",
        'return " ".join(words[:-1]), words[-1]',
        'return words[0], " ".join(words[1:])',
    ),
    HandMade("descriptions keep their backslashes", "join.jobs", 'str(text).replace("\\\\n", "")', "str(text)"),
    HandMade(
        "jobs that are offline are public",
        "join.jobs",
        'VISIBILITIES = {"ONLINE": "PUBLIC", "OFFLINE": "UNLISTED",',
        'VISIBILITIES = {"ONLINE": "PUBLIC", "OFFLINE": "PUBLIC",',
    ),
    HandMade("a job's postal code is lost", "join.jobs", '"zip_code": office.get("postalCode"),', '"zip_code": None,'),
    HandMade(
        "a person's country is a name where a code belongs",
        "join.people",
        '"country": None if iso is None else iso.upper(),',
        '"country": country.get("name"),',
    ),
    HandMade("admins of a job have no role", "join.people", '"JOB_ADMIN": "RECRUITER", ', ""),
    HandMade(
        "a stage's place among all is its highest",
        "join.applications",
        "lowest = min((found",
        "lowest = max((found",
    ),
    HandMade(
        "long texts are asked for on one line",
        "join.questions",
        '"LONG_TEXT": {"type": "TEXT", "display_type": "MULTI_LINE"},',
        '"LONG_TEXT": {"type": "TEXT", "display_type": "SINGLE_LINE"},',
    ),
    HandMade(
        "draft jobs are opened when they were made",
        "join.jobs",
        'return None if shown(job.raw, "status") == "DRAFT" else created',
        "return created",
    ),
)

OF_ASYMBL = (
    HandMade("temporary jobs are contracts", "asymbl.mapping", '("temp", "TEMPORARY"),', '("temp", "CONTRACT"),'),
    HandMade(
        "a closed job is what its status text says",
        "asymbl.mapping",
        '    if seen.row.get("bpats__Is_Closed__c"):\n        return "CLOSED"\n',
        "",
    ),
    HandMade(
        "a salary of 0 becomes the pay rate",
        "asymbl.mapping",
        'number(seen.row.get("bpats__Pay_Rate__c") if salary is None else salary)',
        'number(salary or seen.row.get("bpats__Pay_Rate__c"))',
    ),
    HandMade(
        "amounts are rounded",
        "asymbl.values",
        "return int(value) if isinstance(value, float) and value.is_integer() else value",
        "return round(value) if isinstance(value, float) else value",
    ),
    HandMade(
        "mobile and home number are swapped",
        "asymbl.mapping",
        '("MobilePhone", "MOBILE"), ("HomePhone", "HOME")',
        '("MobilePhone", "HOME"), ("HomePhone", "MOBILE")',
    ),
    HandMade(
        "of several numbers only the first is delivered",
        "asymbl.mapping",
        "for column, kind in PHONES if (found := tidy(seen.row.get(column)))]",
        "for column, kind in PHONES if (found := tidy(seen.row.get(column)))][:1]",
    ),
    HandMade("further lines of a street are lost", "asymbl.values", '"street_2": ", ".join(lines[1:]) or None,', '"street_2": None,'),
    HandMade(
        "the start date is preferred to the posting date",
        "asymbl.mapping",
        'row.get("bpats__Posted_Date__c") or row.get("bpats__Start_Date__c")',
        'row.get("bpats__Start_Date__c") or row.get("bpats__Posted_Date__c")',
    ),
    HandMade("a date is shifted to noon", "asymbl.values", 'f"{date}T00:00:00.000Z"', 'f"{date}T12:00:00.000Z"'),
    HandMade(
        "a person's source is that of the oldest application",
        "asymbl.sources",
        "if made > self._newest.get(row[PERSON], NOTHING):",
        "if row[PERSON] not in self._newest or made < self._newest[row[PERSON]]:",
    ),
    HandMade(
        "who is hired is told by the stage's name only",
        "asymbl.mapping",
        'for column in ("bpats__Stage_Type__c", "Name")}',
        'for column in ("Name",)}',
    ),
    HandMade(
        "a custom field that says no, or 0, says nothing",
        "asymbl.mapping",
        "return {info.name: get(info.name) for info in seen.context.view.customs}",
        "return {info.name: get(info.name) or None for info in seen.context.view.customs}",
    ),
    HandMade(
        "the rejection reason is the status",
        "asymbl.mapping",
        '"rejection_reason_name": "bpats__Asymbl_Rejection_Reason__c",',
        '"rejection_reason_name": lambda seen: seen.row.get("bpats__Applicant_Status__c"),',
    ),
    HandMade(
        "an unknown currency is taken for dollars",
        "asymbl.mapping",
        'return Withheld("unsupported", "an org with a single currency writes it on no record; the setting currency names it")',
        'return "USD"',
    ),
    HandMade(
        "all users are active",
        "asymbl.mapping",
        '"ACTIVE" if seen.row.get("IsActive") else "INACTIVE"',
        '"ACTIVE" if "IsActive" in seen.row else "INACTIVE"',
    ),
    HandMade(
        "stages stand in the order in which they changed",
        "asymbl.stages",
        "for index, (_, stage) in enumerate(sorted(stages)):",
        "for index, (_, stage) in enumerate(stages):",
    ),
    HandMade(
        "every checkbox is set where a list is read in bulk",
        "asymbl.bulk",
        'return written.lower() == "true"',
        "return bool(written)",
    ),
    HandMade(
        "public and internal jobs are swapped",
        "asymbl.mapping",
        '"PUBLIC" if seen.row.get("bpats__Post_Externally__c") else "INTERNAL"',
        '"INTERNAL" if seen.row.get("bpats__Post_Externally__c") else "PUBLIC"',
    ),
    HandMade(
        "a person's e-mail is of the kind work",
        "asymbl.mapping",
        '[{"email_address": found, "type": "PERSONAL"}]',
        '[{"email_address": found, "type": "WORK"}]',
    ),
    HandMade(
        "a job's name is its record's, though it has a title",
        "asymbl.mapping",
        'return tidy(seen.row.get("bpats__Job_Title__c")) or tidy(seen.row.get("Name"))',
        'return tidy(seen.row.get("Name")) or tidy(seen.row.get("bpats__Job_Title__c"))',
    ),
)

MAPPING = Chapter("mapping", (*OF_PINPOINT, *OF_JOIN, *OF_ASYMBL))
