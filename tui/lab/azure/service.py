"""The simulated Azure as one server: where one signs in, Resource Manager under `/arm`, Graph under `/graph`."""

import threading
from collections.abc import Callable
from datetime import timedelta

from tui.lab.azure.device_codes import DeviceCodes
from tui.lab.azure.directory import Application, Directory
from tui.lab.azure.faults import AzureFaults
from tui.lab.azure.graph import LabGraph
from tui.lab.azure.http_messages import Request, Response, json_response
from tui.lab.azure.https_server import HttpsServer
from tui.lab.azure.identity import LabIdentity
from tui.lab.azure.long_running import LongRunning
from tui.lab.azure.resource_manager import LabResourceManager
from tui.lab.azure.roles import OWNER, Roles
from tui.lab.azure.tokens import InvalidTokenError, Principal, Tokens
from tui.lab.azure_endpoint import AzureEndpoint
from tui.lab.certificates import IssuedCertificate
from tui.lab.cluster_state import SUBSCRIPTION_ID, TENANT_ID, ClusterState

DOMAIN = "contoso.onmicrosoft.test"
"""Domain name of the simulated tenant."""
USER = f"admin@{DOMAIN}"
"""The one person of that tenant."""
ARM = "/arm"
"""What paths of Azure Resource Manager begin with."""
GRAPH = "/graph"
"""What paths of Microsoft Graph begin with."""
_SECRET_DAYS = 180


class LabAzure:
    """Azure for one simulated cluster: an owner who can sign in by device code, an application by its secret."""

    def __init__(
        self,
        cluster: ClusterState,
        certificate: IssuedCertificate,
        *,
        approve_after: float | None = 2.0,
        interval: int = 1,
    ) -> None:
        """Start it. Codes are approved after so many seconds by the lab's user, `None`: by hand on the page."""
        self.directory = Directory(TENANT_ID, DOMAIN, cluster.clock)
        """Users and applications."""
        self.roles = Roles()
        """Who may do what."""
        self.faults = AzureFaults()
        """What goes wrong on demand."""
        self.operations = LongRunning()
        """What takes longer than a request."""
        self.codes = DeviceCodes(USER, approve_after=approve_after, interval=interval)
        """Device codes that wait."""
        owner = self.directory.add_user(USER)
        self.application: Application = self.directory.add_application("azsconfig lab")
        """An application with the rights of an owner, for commands that nobody watches."""
        self.secret = self.directory.add_secret(
            self.application.app_id, cluster.clock.now() + timedelta(days=_SECRET_DAYS)
        )
        """Its secret."""
        scope = f"/subscriptions/{SUBSCRIPTION_ID}"
        for principal in (owner.object_id, self.application.object_id):
            self.roles.assign(scope, principal, OWNER)
        self._ready = threading.Event()
        self._server = HttpsServer("azure", certificate, self._handle)
        url = self._server.url
        self.endpoint = AzureEndpoint(url, url + ARM, url + GRAPH, TENANT_ID, SUBSCRIPTION_ID)
        """How to reach it."""
        self.tokens = Tokens(TENANT_ID, f"{url}/{TENANT_ID}/v2.0", cluster.clock)
        """Tokens it issues."""
        audiences = {url + ARM: url + ARM, url + GRAPH: url + GRAPH}
        self._identity = LabIdentity(self.directory, self.tokens, self.codes, audiences, USER)
        self._resource_manager = LabResourceManager(cluster, self.roles, self.directory, self.operations, ARM)
        self._graph = LabGraph(self.directory, cluster.clock)
        self._ready.set()

    def stop(self) -> None:
        """End it; none of its threads and connections is left."""
        self.faults.end()
        self._server.stop()

    def _handle(self, request: Request) -> Response:
        # Its port is known before what names that port in its answers.
        self._ready.wait()
        refused = self.faults.strike(request)
        if refused is not None:
            return refused
        for prefix, answer in ((ARM, self._resource_manager.handle), (GRAPH, self._graph.handle)):
            if request.path.startswith(f"{prefix}/"):
                return self._for_holder(request, prefix, answer)
        answered = self._identity.handle(request)
        return answered or json_response(404, {"error": {"code": "NotFound", "message": "The lab has nothing here."}})

    def _for_holder(
        self, request: Request, prefix: str, answer: Callable[[Request, Principal, str], Response]
    ) -> Response:
        """Answer whoever holds a token for what stands below `prefix`."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            if kind.lower() != "bearer" or not token:
                raise InvalidTokenError("AuthenticationFailed", "The request has no access token.")
            principal = self.tokens.verify(token, self._server.url + prefix)
        except InvalidTokenError as error:
            challenge = f'Bearer authorization_uri="{self._server.url}/{TENANT_ID}", error="invalid_token"'
            content = {"error": {"code": error.code, "message": error.message}}
            return json_response(401, content, headers={"WWW-Authenticate": challenge})
        return answer(request, principal, request.path.removeprefix(prefix))
