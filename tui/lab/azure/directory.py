"""The simulated tenant: its users and applications."""

import hmac
import secrets
import threading
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from tui.lab.clock import LabClock


@dataclass(slots=True)
class User:
    """A person of the tenant."""

    name: str
    """User principal name."""
    object_id: str
    """Id in the tenant."""
    blocked: int | None = None
    """AADSTS code that its next sign-in is refused with, such as 53003 of Conditional Access."""


@dataclass(slots=True)
class Application:
    """An application and its service principal."""

    app_id: str
    """Application (client) id."""
    object_id: str
    """Object id of the service principal."""
    name: str
    """Display name."""
    secrets: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """Secrets and until when each is good, in the lab's own time."""
    certificates: list[bytes] = field(default_factory=list[bytes])
    """Certificates in DER."""
    registration_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """Object id of the application itself."""
    has_principal: bool = True
    """Whether there is a service principal: nobody signs in as an application without one."""


class Directory:
    """One tenant. Safe to use from any thread."""

    def __init__(self, tenant: str, domain: str, clock: LabClock) -> None:
        self.tenant = tenant
        """Id of the tenant."""
        self.domain = domain
        """Its domain name, which names it as well."""
        self._clock = clock
        self._lock = threading.Lock()
        self._users: dict[str, User] = {}
        self._applications: dict[str, Application] = {}
        self._no_managers: set[str] = set()

    def knows(self, tenant: str) -> bool:
        """Whether a word in a path names this tenant."""
        return tenant.lower() in {self.tenant.lower(), self.domain.lower(), "organizations", "common"}

    def add_user(self, name: str) -> User:
        """Add a person."""
        user = User(name, str(uuid.uuid5(uuid.NAMESPACE_DNS, name)))
        with self._lock:
            self._users[name.lower()] = user
        return user

    def add_application(self, name: str, *, has_principal: bool = True) -> Application:
        """Add an application, with its service principal unless told otherwise; it has no secret yet."""
        application = Application(str(uuid.uuid4()), str(uuid.uuid4()), name, has_principal=has_principal)
        with self._lock:
            self._applications[application.app_id] = application
        return application

    def add_secret(self, app_id: str, expires: datetime) -> str:
        """Give an application a secret and return it; nobody can read it again."""
        secret = secrets.token_urlsafe(30)
        with self._lock:
            self._applications[app_id].secrets[secret] = expires
        return secret

    def remove_application(self, app_id: str) -> None:
        """Remove an application, its service principal and its secrets."""
        with self._lock:
            self._applications.pop(app_id, None)

    def applications(self) -> list[Application]:
        """Return every application."""
        with self._lock:
            return list(self._applications.values())

    def has_principal(self, object_id: str) -> bool:
        """Whether an object id is that of a person or of a service principal."""
        with self._lock:
            known = {user.object_id for user in self._users.values()}
            known |= {one.object_id for one in self._applications.values() if one.has_principal}
        return object_id.lower() in known

    def may_manage_applications(self, object_id: str) -> bool:
        """Whether somebody may create and delete applications."""
        with self._lock:
            return object_id not in self._no_managers

    def let_manage_applications(self, object_id: str, *, allowed: bool) -> None:
        """Let somebody create and delete applications, or not."""
        with self._lock:
            (self._no_managers.discard if allowed else self._no_managers.add)(object_id)

    def user(self, name: str) -> User | None:
        """Return a person by name in any case."""
        with self._lock:
            return self._users.get(name.lower())

    def application(self, app_id: str) -> Application | None:
        """Return an application by its id."""
        with self._lock:
            return self._applications.get(app_id.lower())

    def secret_fault(self, application: Application, secret: str) -> int | None:
        """Return the AADSTS code that a secret is refused with; `None` for a good one."""
        with self._lock:
            known = list(application.secrets.items())
        expires = [until for value, until in known if hmac.compare_digest(value.encode(), secret.encode())]
        if not expires:
            return 7000215
        return None if expires[0] > self._clock.now() else 7000222
