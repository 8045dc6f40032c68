"""What Azure takes as ids and names: checked before anything is asked, so that a slip of the finger is named in words.

Groups and tags: MicrosoftDocs, resource-name-rules and tag-resources. For a cluster's resource no rule is published:
what is refused here is what Azure Resource Manager refuses in every name.
"""

import re

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+", re.IGNORECASE
)
_THUMBPRINT = re.compile(r"[0-9A-F]{40}")
_SPACES = re.compile(r"[\s:\u200e]")
"""What certificate dialogs put into a thumbprint that is copied out of them."""
_NOT_IN_NAMES = frozenset('<>%&\\?/#*:"|+')
_NOT_IN_TAGS = frozenset("<>%&\\?/")
_IN_GROUPS = frozenset("_-.()")
LONGEST_GROUP = 90
LONGEST_NAME = 260
LONGEST_TAG_NAME = 512
LONGEST_TAG_VALUE = 256
MOST_TAGS = 50


def is_guid(text: str) -> bool:
    """Whether a text is the id of a subscription, a tenant or an application."""
    return _GUID.fullmatch(text) is not None


def is_tenant(text: str) -> bool:
    """Whether a text can name a tenant: its id, or one of its domains."""
    return is_guid(text) or _DOMAIN.fullmatch(text) is not None


def thumbprint(text: str) -> str | None:
    """Return a certificate's SHA-1 thumbprint as 40 capital digits, without blanks; `None` for what is none."""
    digits = _SPACES.sub("", text).upper()
    return digits if _THUMBPRINT.fullmatch(digits) else None


def group_fault(name: str) -> str | None:
    """Return why a name cannot be one of a resource group; `None` when it can."""
    bad = next((letter for letter in name if not (letter.isalnum() or letter in _IN_GROUPS)), None)
    if bad is not None:
        return f"it has {bad!r}; letters, digits and _ - . ( ) are allowed"
    if name.endswith("."):
        return "it ends with a period"
    return None if len(name) <= LONGEST_GROUP else f"it has {len(name)} characters; {LONGEST_GROUP} are allowed"


def resource_fault(name: str) -> str | None:
    """Return why a name cannot be one of a cluster's resource; `None` when it can."""
    bad = next((letter for letter in name if letter in _NOT_IN_NAMES or not letter.isprintable()), None)
    if bad is not None:
        return f"it has {bad!r}, which Azure does not take"
    if name != name.strip() or name.endswith("."):
        return "it begins or ends with a blank or a period"
    return None if len(name) <= LONGEST_NAME else f"it has {len(name)} characters; {LONGEST_NAME} are allowed"


def parse_tag(text: str) -> tuple[str, str]:
    """Return name and value of a tag `name=value`; the value may be empty. Raises ValueError saying what is wrong."""
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not name:
        message = "it is not of the form NAME=VALUE"
    elif bad := next((letter for letter in name if letter in _NOT_IN_TAGS or not letter.isprintable()), None):
        message = f"its name has {bad!r}, which Azure does not take"
    elif len(name) > LONGEST_TAG_NAME or len(value) > LONGEST_TAG_VALUE:
        message = f"{LONGEST_TAG_NAME} characters are allowed in its name and {LONGEST_TAG_VALUE} in its value"
    else:
        return name, value
    raise ValueError(message)
