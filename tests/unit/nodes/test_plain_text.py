"""Nothing a node says can reach the terminal as more than text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.nodes.plain_text import plain, plain_json

CASES = {
    "text": "text",
    "Größe ☃ 日本": "Größe ☃ 日本",
    "a\tb\nc": "a\tb\nc",
    "a\r\nb\rc\x0bd\u2028e": "a\nb\nc\nd\ne",
    "\x1b[31mred\x1b[0m": "red",
    "\x1b[2J\x1b[1;1Hgone": "gone",
    "\x9b31mred": "red",
    "\x1b]0;title\x07after": "after",
    "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "link",
    "\x1bPq#0;2;0\x1b\\after": "after",
    "\x1bcreset": "reset",
    "unfinished \x1b[": "unfinished ",
    "bell\x07": "bell\ufffd",
    "nul\x00 del\x7f": "nul\ufffd del\ufffd",
    "\u202egnp.exe": "\ufffdgnp.exe",
    "\ud800 alone": "\ufffd alone",
}


@pytest.mark.parametrize(("dirty", "clean"), CASES.items(), ids=map(repr, CASES))
def test_terminal_sequences_and_control_characters_go(dirty: str, clean: str) -> None:
    assert plain(dirty) == clean


@given(st.text(alphabet=st.characters(), max_size=60))
def test_what_is_left_is_printable_and_stays_as_it_is(text: str) -> None:
    clean = plain(text)
    assert all(character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"} for character in clean)
    assert plain(clean) == clean
    clean.encode("utf-8")


def test_strings_inside_data_are_cleaned_keys_included() -> None:
    assert plain_json({"\x1b[1mk": ["a\x07", {"b": "\x9d0;x\x9c"}], "n": 1.5, "f": None}) == {
        "k": ["a\ufffd", {"b": ""}],
        "n": 1.5,
        "f": None,
    }
