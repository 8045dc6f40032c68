"""What an operation would change: looked at first, then shown, then confirmed."""

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from screens.run import RunView
from tui.options import option
from tui.pages.columns import wrap
from tui.pages.document import BLANK, LEAVE, Choice, Document, Line, Role, line_of
from tui.pages.plan_object import plan_object
from tui.pages.plan_text import SHOW_RUN, START, plan_document, plan_help
from tui.pages.powershell.command import Command
from tui.pages.sign_in import code_lines, code_words
from tui.pages.times import clock
from tui.runs.plan import Confirmation, Plan
from tui.views.action import Action, Again, Ask, Back, Open, Question, Tell
from tui.views.background import Background
from tui.views.offered_pick import NO_CLUSTER, give_up_sign_in
from tui.views.view import View

if TYPE_CHECKING:
    from tui.operations.followed_runs import FollowedRun
    from tui.runs.event import Event
    from tui.session import Session
    from tui.views.desk import Desk

LAST_NOTES = 12


class PlanView(View):
    """The plan of one operation, from the first look to its start."""

    FILE = "plan"

    def __init__(
        self, desk: "Desk", operation_id: str, inputs: Mapping[str, Any], *, views: int, title: str = ""
    ) -> None:
        """Prepare the plan from now on; `views` are this view and those above it, up to the menu.

        `title` says what it is about where that is no option of the menu.
        """
        super().__init__(desk)
        self._id = operation_id
        self._title = title or option(operation_id).title
        self._inputs = inputs
        self._views = views
        self._lock = threading.Lock()
        self._notes: list[Event] = []
        self._run: FollowedRun | None = None
        self._preparing = self._begun()

    @property
    def _plan(self) -> Plan | None:
        return self._preparing.result if self._preparing is not None and self._preparing.done else None

    def document(self, columns: int) -> Document:
        """Return what is being looked at, or the plan, or why there is none."""
        plan = self._plan
        if plan is not None:
            read_only = self.desk.reader.snapshot().read_only
            return plan_document(plan, columns, started=self._run is not None, read_only=read_only)
        title = self._title
        failure = self._failure
        if failure is not None:
            lines = [line_of(f" {line}", Role.BAD) for line in wrap(f"There is no plan: {failure[0]}", columns - 2)]
            lines += (line_of(f" {line}") for line in wrap(failure[1], columns - 2) if line)
            return Document(title, (*lines, BLANK, *self._noted(columns)), LEAVE)
        lead = line_of(" Looking at what it needs. Nothing is changed.", Role.QUIET)
        code = code_lines(self.desk.codes.current, columns)
        return Document(title, (lead, BLANK, *code, *self._noted(columns)), LEAVE)

    def help(self, columns: int) -> Document:
        """Return what a plan is."""
        return plan_help(columns)

    def commands(self) -> Sequence[Command]:
        """Return the PowerShell of the same meaning."""
        plan = self._plan
        if plan is None or not plan.commands:
            return ()
        return (Command(f"{plan.title}.", "\n".join(plan.commands), changes=True),)

    def data(self) -> Mapping[str, Any]:
        """Return the plan; without one, what was looked at."""
        plan = self._plan
        if plan is not None:
            return plan_object(plan)
        failure = self._failure
        return {
            "operation": self._id,
            "notes": [event.text for event in self._events()],
            "error": {"message": failure[0], "remedy": failure[1]} if failure else None,
        }

    def busy(self) -> str:
        """Return what is being looked at; the code to sign in with where somebody has to enter it."""
        if self._preparing is None or self._preparing.done:
            return ""
        code = code_words(self.desk.codes.current)
        if code:
            return code
        events = self._events()
        return _lowered(events[-1].text.rstrip(".")) if events else "looking at the cluster"

    def leave(self) -> None:
        """Give up a sign-in that still waits for somebody to enter its code; what is only read ends by itself."""
        if self._preparing is not None and not self._preparing.done:
            give_up_sign_in(self.desk)

    def read(self) -> Action:
        """Look at everything again."""
        if self._run is None and (self._preparing is None or self._preparing.done):
            with self._lock:
                self._notes.clear()
            self._preparing = self._begun()
        return Again()

    def choose(self, choice: Choice) -> Action:
        """Go back, or carry it out after what the plan asks for."""
        plan = self._plan
        if choice.id == SHOW_RUN and self._run is not None:
            return self._show(self._run)
        if choice.id != START or plan is None:
            return Back()
        if plan.confirmation is not Confirmation.NAME:
            return self._start(plan)
        word = plan.word or plan.cluster or ""
        text = (*plan.consequences, f"Type {word} to do this. Anything else leaves everything as it is.")
        return Ask(Question(plan.title, text, "Name", lambda answer: self._named(plan, word, answer)))

    def _named(self, plan: Plan, word: str, answer: str) -> Action:
        if answer.strip().casefold() != word.casefold():
            return Tell(f"That is not {word}. Nothing is changed.")
        return self._start(plan)

    def _start(self, plan: Plan) -> Action:
        session = self.desk.reader.session()
        if session is None:
            return Tell(f"{NO_CLUSTER[0]} {NO_CLUSTER[1]}")
        if self._run is None:
            self._run = self.desk.runs.start(self.desk.operation(self._id), session, plan)
        return self._show(self._run)

    def _show(self, run: "FollowedRun") -> Action:
        return Open(RunView(self.desk, run, views=self._views + 1))

    def _begun(self) -> "Background[Plan] | None":
        session = self.desk.reader.session()
        if session is None:
            return None
        preparing = Background(self.desk, lambda: self._prepared(session))
        preparing.start()
        return preparing

    def _prepared(self, session: "Session") -> Plan:
        session.discover_peers()
        return self.desk.operation(self._id).prepare(session, self._inputs, self._note)

    def _note(self, event: "Event") -> None:
        with self._lock:
            self._notes.append(event)
        self.desk.tell()

    def _events(self) -> "list[Event]":
        with self._lock:
            return list(self._notes)

    def _noted(self, columns: int) -> list[Line]:
        lines: list[Line] = []
        for event in self._events()[-LAST_NOTES:]:
            first, *rest = wrap(event.text, columns - 11)
            lines.append(line_of(f" {clock(event.time)} {first}", Role.QUIET))
            lines += (line_of(f"{'':10}{line}", Role.QUIET) for line in rest)
        return lines

    @property
    def _failure(self) -> tuple[str, str] | None:
        return NO_CLUSTER if self._preparing is None else self._preparing.failure


def _lowered(text: str) -> str:
    """Return a sentence as a part of another: a capital that begins an ordinary word becomes small."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
