"""Asking before a plan is carried out; the default is always no."""

import sys
from dataclasses import dataclass

from tui.runs.outcome import Outcome, OutcomeKind
from tui.runs.plan import Confirmation, Plan

NOTHING = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Consent:
    """What the command line says in advance."""

    yes: bool = False
    """`--yes`."""
    name: str | None = None
    """`--confirm`."""


def refusal(plan: Plan, consent: Consent) -> Outcome | None:
    """Return why a plan is not carried out, asking on the terminal where nothing was said; `None` when it is."""
    match plan.confirmation:
        case Confirmation.NONE:
            return None
        case Confirmation.NAME:
            return _named(plan, plan.word or plan.cluster or "", consent)
        case _:
            if consent.yes or _same(consent.name, plan.cluster):
                return None
            return _asked(plan.title)


def _named(plan: Plan, word: str, consent: Consent) -> Outcome | None:
    if consent.name is not None:
        if _same(consent.name, word):
            return None
        return _declined(f"--confirm names {consent.name}, and this plan is about {word}. {NOTHING}")
    if not sys.stdin.isatty():
        words = f"{plan.title}: this has to be confirmed with a name. {NOTHING}"
        return _declined(words, f"Give it in advance: --confirm {word}")
    return None if _same(_answer(f"Type {word} to do this, anything else to leave it: "), word) else _no()


def _asked(title: str) -> Outcome | None:
    if not sys.stdin.isatty():
        return _declined(f"{title}: this has to be confirmed. {NOTHING}", "Say so in advance: --yes")
    return None if _answer("Do this? [y/N] ").casefold() in {"y", "yes"} else _no()


def _answer(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _same(given: str | None, wanted: str | None) -> bool:
    return bool(given) and bool(wanted) and (given or "").casefold() == (wanted or "").casefold()


def _no() -> Outcome:
    return _declined(f"You said no. {NOTHING}")


def _declined(message: str, remedy: str = "") -> Outcome:
    return Outcome(OutcomeKind.DECLINED, message, remedy=remedy)
