"""What can go wrong between us and a node.

    NodeError                     node, message, remedy, kind, may_have_run
    +-- Unreachable               nobody answers at the address, or it speaks something else
    |   +-- NameNotResolved       the name is in no DNS
    +-- TlsNotTrusted             the certificate is not one we trust
    +-- WrongCredentials          the node refused the user, password, ticket or certificate
    +-- NotAnAdministrator        the user may log on, but not open a shell
    +-- QuotaExceeded             WinRM's limit of shells, processes or operations
    +-- PowerShellNotStarted      PowerShell ended before it said it was ready
    |   +-- ConstrainedLanguage   PowerShell runs, but policy does not let scripts of ours run in it
    +-- ScriptError               the script ended with an error of PowerShell's
    +-- TimedOut                  the request's deadline passed
    +-- Cancelled                 the caller, or closing the channel, stopped it
    +-- Lost                      the node or its PowerShell went away while the request was there
    +-- Unreadable                the answer is not what the agent or the script says
    +-- Configuration             what was asked for does not fit together; nothing was sent

Every one carries words for an administrator and what to do about it; `problem` is the same as a fact of the domain.
"""

# ruff: noqa: N818 - the names are what a caller reads in an except clause; that they are errors, the tree says

from typing import ClassVar

from tui.cluster.facts import Problem, ProblemKind


class NodeError(Exception):
    """Something that failed on the way to, or on, one node."""

    kind: ClassVar[ProblemKind] = ProblemKind.LOST
    """What a caller tells apart."""
    default_remedy: ClassVar[str] = "Try again; if it stays, look at the node itself."
    """What to do when the place that raised it knows nothing better."""

    def __init__(self, node: str, message: str, *, remedy: str | None = None, may_have_run: bool = False) -> None:
        super().__init__(message)
        self.node = node
        """Node it happened on."""
        self.message = message
        """What happened, in words for an administrator."""
        self.remedy = remedy or self.default_remedy
        """What to do about it."""
        self.may_have_run = may_have_run
        """Whether the request may have acted on the node although no answer came."""

    def __str__(self) -> str:
        return f"{self.node}: {self.message}"

    @property
    def problem(self) -> Problem:
        """The same, as the domain keeps it in place of a fact."""
        return Problem(
            kind=self.kind, node=self.node, message=self.message, remedy=self.remedy, may_have_run=self.may_have_run
        )

    def again(self, *, may_have_run: bool | None = None) -> "NodeError":
        """Return a copy for another request of the same node, so that no two waiters raise one object."""
        copy = self.__class__.__new__(self.__class__)
        copy.__dict__.update(self.__dict__)
        copy.args = self.args
        copy.__cause__ = self.__cause__
        if may_have_run is not None:
            copy.may_have_run = may_have_run
        return copy


class Unreachable(NodeError):
    """Nobody answers at the address, or what answers is no WinRM."""

    kind = ProblemKind.UNREACHABLE
    default_remedy = (
        "Check that the node is up, that the WinRM service runs there (winrm quickconfig), and that no firewall "
        "between here and there closes the port."
    )


class NameNotResolved(Unreachable):
    """The node's name is in no name service."""

    kind = ProblemKind.NAME_NOT_RESOLVED
    default_remedy = "Check the spelling, give the full DNS name, or give an address for this node."


class TlsNotTrusted(NodeError):
    """The node's certificate is not trusted, has another name, or is not the pinned one."""

    kind = ProblemKind.TLS_NOT_TRUSTED
    default_remedy = (
        "Name the CA that issued the node's certificate (--ca FILE, or ca_file of the saved connection), or pin the "
        "certificate by its SHA-256 (pin_sha256 there)."
    )


class WrongCredentials(NodeError):
    """The node refused who we say we are."""

    kind = ProblemKind.WRONG_CREDENTIALS
    default_remedy = r"Check user and password; write the user as DOMAIN\name or name@domain."


class NotAnAdministrator(NodeError):
    """The user is known to the node but may not open a shell there."""

    kind = ProblemKind.NOT_AN_ADMINISTRATOR
    default_remedy = (
        "Use a member of the node's Administrators group. A local administrator other than the built-in one also "
        "needs LocalAccountTokenFilterPolicy=1 on the node."
    )


class QuotaExceeded(NodeError):
    """One of WinRM's limits for this user is reached."""

    kind = ProblemKind.QUOTA
    default_remedy = (
        "Close other remote sessions of this user on the node, wait for their idle timeout, or raise "
        r"MaxShellsPerUser under WSMan:\localhost\Shell."
    )


class PowerShellNotStarted(NodeError):
    """PowerShell ended, or stayed silent, before it said it was ready."""

    kind = ProblemKind.POWERSHELL_NOT_STARTED
    default_remedy = "Start powershell.exe on the node by hand and see what it says."


class ConstrainedLanguage(PowerShellNotStarted):
    """PowerShell started in a language mode that cannot run our agent."""

    kind = ProblemKind.CONSTRAINED_LANGUAGE
    default_remedy = (
        "Allow PowerShell's full language for this user on the node (App Control or AppLocker policy), "
        "or run azsconfig from a machine and user that the policy allows."
    )


class ScriptError(NodeError):
    """The script ended with a terminating error of PowerShell's."""

    kind = ProblemKind.SCRIPT_ERROR
    default_remedy = "Read PowerShell's message; run the script by hand on the node to see more."

    def __init__(
        self,
        node: str,
        message: str,
        *,
        category: str = "",
        fqid: str = "",
        position: str = "",
        remedy: str | None = None,
    ) -> None:
        super().__init__(node, message, remedy=remedy, may_have_run=True)
        self.category = category
        """PowerShell's error category, for example `ObjectNotFound`."""
        self.fqid = fqid
        """PowerShell's FullyQualifiedErrorId."""
        self.position = position
        """Where in the script, as PowerShell's PositionMessage."""


class TimedOut(NodeError):
    """The request's deadline passed."""

    kind = ProblemKind.TIMED_OUT
    default_remedy = "Try again with a longer timeout; if it stays, the node is overloaded or hangs."


class Cancelled(NodeError):
    """The caller cancelled the request, or the channel was closed under it."""

    kind = ProblemKind.CANCELLED
    default_remedy = "Start it again if it is still wanted."


class Lost(NodeError):
    """The node, its shell or its PowerShell went away while the request was there."""

    kind = ProblemKind.LOST
    default_remedy = "Read the node's state again before repeating anything that changes it."


class Unreadable(NodeError):
    """The node answered with something that is no answer."""

    kind = ProblemKind.UNREADABLE
    default_remedy = "Look into the log for what came; something else writes to this PowerShell's output."


class Configuration(NodeError):
    """What was asked for does not fit together; nothing was sent to the node."""

    kind = ProblemKind.CONFIGURATION
    default_remedy = "Correct the configuration or the command line."
