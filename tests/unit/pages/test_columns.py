"""Text in columns: widths, cutting, wrapping."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.pages.columns import break_word, cut, pad, width, wrap

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Mn", "Me", "Zl", "Zp"]), max_size=60)


@given(TEXT, st.integers(0, 80))
def test_cut_text_is_never_wider_than_its_room(text: str, cells: int) -> None:
    assert width(cut(text, cells)) <= cells


@given(TEXT, st.integers(0, 80))
def test_padded_text_is_exactly_as_wide_as_its_column(text: str, cells: int) -> None:
    assert width(pad(text, cells)) == cells


@given(TEXT, st.integers(10, 80))
def test_wrapped_lines_fit_and_lose_no_word(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [("HCI-N1", 6, "HCI-N1"), ("HCI-N1-long", 8, "HCI-N..."), ("節点の名前", 6, "節..."), ("abc", 2, "..")],
)
def test_what_was_cut_off_is_marked(text: str, cells: int, shown: str) -> None:
    assert cut(text, cells) == shown


def test_a_resource_id_longer_than_the_line_is_broken_and_kept_whole() -> None:
    resource_id = "/Subscriptions/" + "a" * 100
    assert "".join(wrap(resource_id, 40)) == resource_id


def test_line_ends_and_control_characters_never_reach_a_row() -> None:
    assert cut("two\nlines\tand \x1b[2J", 40) == "two lines and  [2J"


@example("\t0000000\u2630", 8, 0)
@given(st.text(), st.integers(8, 100), st.integers(0, 8))
def test_wrapped_text_fits_and_loses_no_word(text: str, cells: int, indent: int) -> None:
    lines = wrap(text, cells, indent)
    # A character wider than a whole line is nobody's text; everything else fits.
    assert all(width(line) <= max(cells, indent + 8) for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@example("0000000\U0002ebe1000", 8)
@given(TEXT, st.integers(8, 100))
def test_a_broken_word_is_whole_again_when_its_pieces_are_joined(word: str, cells: int) -> None:
    pieces = break_word(word, cells)
    assert "".join(pieces) == word
    assert all(width(piece) <= cells for piece in pieces)
