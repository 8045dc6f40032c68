"""Recorded and simulated answers made comparable: what must be equal stays, what cannot be equal becomes a mark."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

GUID = re.compile(r"[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}", re.IGNORECASE)
_ADDRESS_TAGS = {"Address", "Owner", "ClientIP"}
_ANONYMOUS = "/role/anonymous"


@dataclass(frozen=True)
class Structure:
    """What is compared of an element."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple["Structure", ...]


def namespaces(document: str) -> list[str]:
    """Return the prefixes that the envelope declares, in order."""
    return re.findall(r"xmlns:(\w+)=", document[: document.index(">")])


def structure(document: str) -> Structure:
    """Return tags, attributes and constant texts; GUIDs, addresses and the bytes of streams are wildcards."""
    return _structure(ET.fromstring(document))  # noqa: S314 - recorded data


def _structure(element: ET.Element) -> Structure:
    name = element.tag.rpartition("}")[2]
    text = (element.text or "") if len(element) == 0 else ""
    if name == "Stream" and text:
        text = "<bytes>"
    elif name in _ADDRESS_TAGS and _ANONYMOUS not in text:
        text = "<address>"
    attributes = {key: GUID.sub("<guid>", value) for key, value in element.attrib.items()}
    if "Machine" in attributes:
        attributes["Machine"] = "<address>"
    children: list[Structure] = []
    for child in map(_structure, element):
        # How many pipe reads some output arrived in is timing, on Windows as here: neighbours of one stream are one.
        if child.text != "<bytes>" or not children or children[-1] != child:
            children.append(child)
    return Structure(element.tag, tuple(sorted(attributes.items())), GUID.sub("<guid>", text), tuple(children))
