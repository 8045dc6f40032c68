"""The README's pictures are those of today's program."""

import time

import pytest

from tests.pictures.draw import FOLDER, PICTURES, draw


@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_shows_today_s_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    drawn = draw(name)
    monkeypatch.undo()
    time.tzset()
    assert drawn == (FOLDER / f"{name}.svg").read_text(encoding="utf-8"), "run: python -m tests.pictures.draw"
