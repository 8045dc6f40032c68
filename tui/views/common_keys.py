"""The letters that mean the same on every view."""

from tui.views.action import Action, Ask, Open, Tell
from tui.views.reading_matter import CommandsView, HelpView
from tui.views.saving import save_question
from tui.views.view import COMMANDS, HELP, READ, SAVE, View


def press(view: View, key: str, columns: int) -> Action | None:
    """Return what a letter leads to on a view shown at `columns` cells; `None` for a key that is no letter of it."""
    letter = next((one for one in view.LETTERS if one.key == key), None)
    if letter is None:
        return None
    if letter is HELP:
        return Open(HelpView(view))
    if letter is COMMANDS:
        return Open(CommandsView(view)) if view.commands() else Tell("There is no PowerShell of the same meaning here.")
    if letter is SAVE:
        return Ask(save_question(view, columns))
    if letter is READ:
        return view.read()
    return view.press(key)


def letters_of(view: View) -> str:
    """Return the view's letters with what they do, as they stand on a screen: `? help  c PowerShell`."""
    return "  ".join(f"{letter.key} {letter.word}" for letter in view.LETTERS)
