"""Which of the updates that are offered to install: as SConfig asks, only the Arc agent, or by their numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui.cluster.updates import AvailableUpdate

_KB = re.compile(r"(?:KB)?([0-9]{6,8})", re.IGNORECASE)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class SelectionKind(StrEnum):
    """A choice that has a name; the first three are those of SConfig."""

    ALL = "all"
    """All quality updates."""
    RECOMMENDED = "recommended"
    """Quality updates that Windows Update would choose by itself."""
    FEATURE = "feature"
    """What moves the node to another release, and nothing else."""
    AGENT = "agent"
    """Only the connected machine agent."""
    SINGLE = "single"
    """What is named."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody chose, before it is known what a node is offered."""

    kind: SelectionKind
    """Which sort of choice."""
    named: tuple[str, ...] = ()
    """With `single`: update ids in lower case and article numbers such as `KB5030216`."""

    @property
    def text(self) -> str:
        """The choice as `--select` takes it."""
        return ",".join(self.named) if self.kind is SelectionKind.SINGLE else str(self.kind)


@dataclass(frozen=True, slots=True)
class Selected:
    """What a selection comes to on one node."""

    updates: tuple[AvailableUpdate, ...]
    """What is installed there, in the order it is offered."""
    not_offered: tuple[str, ...] = ()
    """What was named and is not offered there: installed already, or never for this node."""


class UnknownSelectionError(ValueError):
    """No such choice; the message says which there are."""


def parse_selection(words: Iterable[str]) -> Selection:
    """Return the choice in words: one name of `SelectionKind`, or ids and article numbers, with commas or apart.

    Raises UnknownSelectionError naming the word that is neither, or when names of both sorts are mixed.
    """
    given = [word for item in words for word in item.replace(",", " ").split()]
    if not given:
        raise UnknownSelectionError(f"nothing is chosen: say {_CHOICES}")
    kinds = {str(kind) for kind in SelectionKind if kind is not SelectionKind.SINGLE}
    if len(given) == 1 and given[0].casefold() in kinds:
        return Selection(SelectionKind(given[0].casefold()))
    mixed = next((word for word in given if word.casefold() in kinds), None)
    if mixed is not None:
        raise UnknownSelectionError(f"{mixed!r} stands alone: it already says which updates are meant")
    return Selection(SelectionKind.SINGLE, tuple(dict.fromkeys(_name(word) for word in given)))


def select(updates: Iterable[AvailableUpdate], selection: Selection) -> Selected:
    """Return what a selection comes to among the updates of one node.

    A feature update is installed only when it is asked for: it moves the node to another release.
    """
    offered = tuple(updates)
    if selection.kind is not SelectionKind.SINGLE:
        return Selected(tuple(update for update in offered if _is_meant(update, selection.kind)))
    chosen = tuple(update for update in offered if not _names(update).isdisjoint(selection.named))
    found = {name for update in chosen for name in _names(update)}
    return Selected(chosen, tuple(name for name in selection.named if name not in found))


def _is_meant(update: AvailableUpdate, kind: SelectionKind) -> bool:
    if kind is SelectionKind.AGENT:
        return update.arc_agent
    if kind is SelectionKind.FEATURE:
        return update.feature
    return not update.feature and (update.recommended or kind is SelectionKind.ALL)


def _names(update: AvailableUpdate) -> frozenset[str]:
    return frozenset({update.id.casefold(), *(kb.upper() for kb in update.kbs)})


def _name(word: str) -> str:
    if _ID.fullmatch(word):
        return word.casefold()
    number = _KB.fullmatch(word)
    if number is None:
        raise UnknownSelectionError(f"{word!r} is no update: say {_CHOICES}")
    return f"KB{number[1]}"


_CHOICES = "all, recommended, feature, agent, or update ids and article numbers such as KB5030216"
