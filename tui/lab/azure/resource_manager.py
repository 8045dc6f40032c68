"""Azure Resource Manager of the lab: what it answers to whom.

Every request needs an api-version and the permission for its action; what is refused is refused in Azure's form.
"""

import re
import uuid

from tui.lab.azure.calls import Answer, Answerer, Call, Content, RefusedError
from tui.lab.azure.directory import Directory
from tui.lab.azure.http_messages import Request, Response, json_response
from tui.lab.azure.lock_answers import LockAnswers
from tui.lab.azure.long_running import LongRunning
from tui.lab.azure.resource_changes import ResourceChanges
from tui.lab.azure.resource_reads import SUBSCRIPTIONS, ResourceReads
from tui.lab.azure.role_answers import RoleAnswers
from tui.lab.azure.roles import Roles
from tui.lab.azure.tokens import Principal
from tui.lab.cluster_state import ClusterState

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")


class LabResourceManager:
    """Answers requests about the subscriptions of the lab. Safe to use from any thread."""

    def __init__(
        self, cluster: ClusterState, roles: Roles, directory: Directory, operations: LongRunning, prefix: str
    ) -> None:
        """`prefix` is what its paths begin with, for links that lead to further pages."""
        self._cluster = cluster
        self._roles = roles
        self._prefix = prefix
        self._operations = operations
        reads = ResourceReads(cluster, roles)
        changes = ResourceChanges(cluster, reads, operations)
        parts = (changes, RoleAnswers(roles, directory, reads), LockAnswers(cluster, reads), operations)
        self._routes: tuple[tuple[str, re.Pattern[str], str, Answerer], ...] = tuple(
            (method, re.compile(pattern, re.IGNORECASE), action, answer)
            for part in (reads, *parts)
            for method, pattern, action, answer in part.routes()
        )

    def handle(self, request: Request, principal: Principal, path: str) -> Response:
        """Answer a request whose path, without the prefix, is `path`."""
        headers = {"x-ms-request-id": str(uuid.uuid4()), "x-ms-correlation-request-id": str(uuid.uuid4())}
        self._operations.settle()
        try:
            answer = self._answer(request, principal, path)
        except RefusedError as error:
            answer = Answer(error.status, {"error": {"code": error.code, "message": error.message}})
        if not isinstance(answer, Answer):
            answer = Answer(200, answer)
        if answer.content is None:
            return Response(answer.status, b"", {**headers, **answer.headers})
        return json_response(answer.status, answer.content, headers={**headers, **answer.headers})

    def _answer(self, request: Request, principal: Principal, path: str) -> Content | Answer:
        if not _API_VERSION.fullmatch(request.query.get("api-version", "")):
            raise RefusedError(
                400, "MissingApiVersionParameter", "The query has no api-version of the form yyyy-MM-dd."
            )
        for method, pattern, action, answer in self._routes:
            found = pattern.fullmatch(path.rstrip("/"))
            if found is None or method != request.method:
                continue
            call = Call(request, principal, path, found.groupdict(), request.base_url + self._prefix)
            _check_subscription(call)
            self._check_permission(call, action.format(**call.parts))
            self._check_locks(call)
            return answer(call)
        raise RefusedError(404, "InvalidResourceType", f"The lab has nothing at {request.method} {path}.")

    def _check_permission(self, call: Call, action: str) -> None:
        if not action or self._roles.allowed(call.principal.object_id, action, call.path):
            return
        raise RefusedError(
            403,
            "AuthorizationFailed",
            f"The client '{call.principal.name}' with object id '{call.principal.object_id}' does not have "
            f"authorization to perform action '{action}' over scope '{call.path}'.",
        )

    def _check_locks(self, call: Call) -> None:
        if call.request.method not in {"PUT", "DELETE"}:
            return
        with self._cluster.locked():
            forbidden = self._cluster.azure.locked(call.path.rstrip("/"), deleting=call.request.method == "DELETE")
        if forbidden:
            raise RefusedError(409, "ScopeLocked", forbidden)


def _check_subscription(call: Call) -> None:
    if call.subscription and call.subscription not in SUBSCRIPTIONS:
        message = f"The subscription '{call.subscription}' could not be found."
        raise RefusedError(404, "SubscriptionNotFound", message)
