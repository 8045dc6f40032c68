"""Telling that a resource does not exist from everything else that a 404 may mean."""

from azure.core.exceptions import ResourceNotFoundError

_GONE = frozenset({"ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound", "NotFound"})
"""Codes that say that a resource does not exist; a subscription that is not found may only be out of sight."""


def is_gone(error: ResourceNotFoundError) -> bool:
    """Whether an answer says that the resource does not exist."""
    return error.error is not None and error.error.code in _GONE
