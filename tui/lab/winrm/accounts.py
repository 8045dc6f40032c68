"""Who may sign in to the lab's nodes, and under which spellings of their name."""

import hmac
import os
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_USER_FILE = "NTLM_USER_FILE"
# pyspnego's acceptor takes its accounts from a file named by the environment and reads it while it is made and while it
# checks the last token. The variable is therefore set for these moments only, one thread at a time: several labs
# in one process do not see each other's accounts, and a client in the same process does not sign in by accident.
_environment = threading.Lock()


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the simulated domain or of one machine."""

    name: str
    """The name without any domain."""
    password: str
    """The password in clear: a lab makes its own at random."""
    domain: str = ""
    """NetBIOS name of the domain; empty for a local user."""
    dns_domain: str = ""
    """DNS name of the domain, what stands after the @."""
    administrator: bool = True
    """Whether WinRM's default security descriptor lets the user open a shell."""

    @property
    def display_name(self) -> str:
        r"""The name as Windows shows a shell's owner: `DOMAIN\user`, or `user` of the machine."""
        return f"{self.domain}\\{self.name}" if self.domain else self.name

    def spellings(self, computers: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return every (domain, user) pair that clients send for this account."""
        domains = ["", self.domain, self.dns_domain] if self.domain else ["", ".", *computers]
        suffixes = [suffix for suffix in (self.dns_domain, self.domain) if suffix]
        pairs = [(domain, self.name) for domain in domains] + [("", f"{self.name}@{suffix}") for suffix in suffixes]
        return list(dict.fromkeys(pairs))


class AccountStore:
    """The accounts of a lab, and the private file through which the NTLM acceptor reads them."""

    def __init__(self, folder: Path, accounts: Sequence[Account], computers: Sequence[str] = ()) -> None:
        """Write the file into `folder`, which becomes readable by its owner alone."""
        self._by_spelling: dict[tuple[str, str], Account] = {}
        lines: list[str] = []
        for account in accounts:
            if any(character in account.password + account.name for character in ":\r\n"):
                msg = f"the lab's account {account.name!r} may hold no colon and no line break"
                raise ValueError(msg)
            for domain, user in account.spellings(computers):
                self._by_spelling.setdefault((domain.lower(), user.lower()), account)
                lines.append(f"{domain}:{user}:{account.password}\n")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = folder / "accounts"
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def find(self, principal: str) -> Account | None:
        r"""Return the account behind `DOMAIN\user`, `user@domain` or `user`, or None."""
        domain, separator, user = principal.partition("\\")
        return self._by_spelling.get((domain.lower(), user.lower()) if separator else ("", principal.lower()))

    def check(self, principal: str, password: str) -> Account | None:
        """Return the account if the password is right."""
        account = self.find(principal)
        if account and hmac.compare_digest(account.password.encode(), password.encode()):
            return account
        return None

    @contextmanager
    def offered_to_ntlm(self) -> Generator[None]:
        """Let this thread's NTLM acceptor see the accounts inside the block."""
        with _environment:
            before = os.environ.get(_USER_FILE)
            os.environ[_USER_FILE] = str(self._file)
            try:
                yield
            finally:
                if before is None:
                    del os.environ[_USER_FILE]
                else:
                    os.environ[_USER_FILE] = before
