"""Requests to the simulated Azure, and its answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl


class BadRequestError(Exception):
    """A body is not what its content type says."""


class ConnectionCutError(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    """`GET`, `POST`..."""
    path: str
    """Path, decoded, without the query."""
    query: Mapping[str, str]
    """Its query; of a name that comes twice, the last."""
    headers: Mapping[str, str]
    """Headers by name in lower case."""
    body: bytes
    """Content."""
    base_url: str
    """URL of the server it came to, without a slash at the end."""

    def form(self) -> dict[str, str]:
        """Return the fields of a form. Raises BadRequestError."""
        try:
            return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True))
        except UnicodeDecodeError as error:
            raise BadRequestError("the form is not ASCII") from error

    def json(self) -> dict[str, Any]:
        """Return a JSON object. Raises BadRequestError."""
        try:
            content: object = json.loads(self.body)
        except ValueError as error:
            raise BadRequestError("the body is no JSON") from error
        if not isinstance(content, dict):
            raise BadRequestError("the body is no JSON object")
        return cast("dict[str, Any]", content)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer."""

    status: int
    """HTTP status."""
    body: bytes = b""
    """Content."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers beside those of every answer."""


def json_response(status: int, content: object, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer that is JSON."""
    return Response(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(headers or {})})


def html_response(status: int, text: str) -> Response:
    """Return an answer that is a page."""
    return Response(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})
