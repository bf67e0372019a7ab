"""SOAP envelopes: what clients send to log in and out, and what they cut out of the answers with regular expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

NAMESPACES = {"u": "urn:partner.soap.sforce.com", "c": "urn:enterprise.soap.sforce.com"}
XML = b"text/xml;charset=UTF-8"
_START = '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
LARGEST = 1024 * 1024


class NotAnEnvelope(ValueError):
    """The body is no SOAP envelope with a call in it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, all names without their namespaces."""

    operation: str
    arguments: Mapping[str, str]
    headers: Mapping[str, str]
    """Members of all headers together, e.g. {"sessionId": …}."""


def read_envelope(body: bytes) -> Call:
    """The call in an envelope. Raises NotAnEnvelope."""
    try:
        text = body.decode("utf-8")
        # Entities are of no use in an envelope, and the way to make a small one huge.
        if len(text) > LARGEST or "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise NotAnEnvelope("the envelope is too large, or has a document type")
        root = ET.fromstring(text)  # noqa: S314 - document types are refused above
    except (ET.ParseError, LookupError, ValueError) as error:
        raise NotAnEnvelope(str(error)) from error
    parts = {_plain(part): part for part in root}
    calls = list(parts["Body"]) if "Body" in parts else []
    if _plain(root) != "Envelope" or not calls:
        raise NotAnEnvelope("an envelope holds a body with a call")
    headers = [member for header in parts.get("Header", ()) for member in header]
    return Call(_plain(calls[0]), _texts(calls[0]), _texts(headers))


def _plain(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _texts(elements: ET.Element | list[ET.Element]) -> dict[str, str]:
    return {_plain(element): element.text if element.text is not None else "" for element in elements}


def result(api: str, operation: str, members: Mapping[str, object]) -> bytes:
    """The answer to a call. Salesforce writes the members without prefix and attributes, and clients count on it."""
    name = f"{operation}Response"
    inner = f"<result>{_members(members)}</result>" if members else ""
    whole = f'{_START} xmlns="{NAMESPACES[api]}" {_XSI}><soapenv:Body><{name}>{inner}</{name}></soapenv:Body></soapenv:Envelope>'
    return whole.encode("utf-8")


def _members(members: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in members.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _members(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else escape(str(value))


def fault(code: str, message: str, kind: str = "LoginFault") -> bytes:
    """A failure in Salesforce's own namespace: clients read the two prefixed members, or the fault's string."""
    words = escape(message)
    detail = (
        f'<sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{code}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{words}</sf:exceptionMessage></sf:{kind}>"
    )
    return _fault(f"sf:{code}", f"{code}: {words}", f"<detail>{detail}</detail>", ' xmlns:sf="urn:fault.partner.soap.sforce.com"')


def client_fault(message: str) -> bytes:
    """A failure of the envelope itself."""
    return _fault("soapenv:Client", escape(message), "", "")


def _fault(code: str, words: str, detail: str, namespaces: str) -> bytes:
    inner = f"<faultcode>{code}</faultcode><faultstring>{words}</faultstring>{detail}"
    whole = f"{_START}{namespaces} {_XSI}><soapenv:Body><soapenv:Fault>{inner}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    return whole.encode("utf-8")
