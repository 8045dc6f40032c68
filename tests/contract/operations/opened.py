"""Sessions on a lab as its configuration gives them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from tui.lab.lab import Lab
from tui.session import Session
from tui.targets import Wish, choose


@contextmanager
def opened(lab: Lab, *, azure: bool = True) -> Generator[Session]:
    """Open a session on every node of a lab; without `azure` nobody is signed in."""
    session = Session(choose(Wish(config=Path(lab.ready.config)), lambda _user: None), deadline=timedelta(seconds=60))
    if not azure:
        session.azure = None
    try:
        yield session
    finally:
        session.close()
