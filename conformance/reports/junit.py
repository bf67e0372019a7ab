"""The report as JUnit XML: one test case a judged case, with <failure>, <error> or <skipped> exactly as the verdicts say."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

_UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Mapping[str, Any]) -> str:
    root = ET.Element("testsuites", name="conformance")
    for name, vendor in report["vendors"].items():
        suite = ET.SubElement(root, "testsuite", name=name)
        if vendor["checks"]["kept"]:
            kept = ET.SubElement(suite, "properties")
            ET.SubElement(kept, "property", name="cases kept from an earlier run", value=str(vendor["checks"]["kept"]))
        for result in vendor["results"]:
            case = ET.SubElement(suite, "testcase", classname=f"{name}.{result['chapter']}.{result['check']}", name=_text(result["cell"]))
            verdict = "warn" if "waiver" in result else result["verdict"]
            # What could not be tested is an error, not a skip: a green run must not hide it.
            tag = {"fail": "failure", "error": "error", "untested": "error", "not applicable": "skipped"}.get(verdict)
            if tag is not None:
                ET.SubElement(case, tag, message=_text(f"{result['code']}: {result['message']}"))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(suite.findall("testcase"))))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _text(text: str) -> str:
    return _UNPRINTABLE.sub("�", text)
