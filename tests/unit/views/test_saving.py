"""`s`: what is shown goes to a new file as text, JSON or SVG, or nothing is written and it says why."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from screens.arc_servers import ArcServersView
from screens.registration_status import NodeDetailsView, RegistrationStatusView
from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tui.views.action import Back, Tell
from tui.views.desk import Desk
from tui.views.saving import save_question


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(StillReader(scenario_snapshot("firmware")), tmp_path)


def test_the_proposed_file_is_text_with_everything_the_screen_says(desk: Desk) -> None:
    view = RegistrationStatusView(desk)
    question = save_question(view, 80)
    done = question.answer(question.value)
    assert isinstance(done, Back)
    assert question.value in done.words
    text = Path(question.value).read_text("utf-8")
    assert text == "LAB firmware\n\n" + view.document(80).text
    assert Path(question.value).stat().st_mode & 0o777 == 0o600
    assert question.value in desk.activity.entries()[0].what


def test_json_is_what_the_command_status_prints(desk: Desk, tmp_path: Path) -> None:
    save_question(ArcServersView(desk), 80).answer(str(tmp_path / "x.json"))
    told = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert told["schema"] == 1
    assert told["banner"] == "LAB firmware"
    assert [node["name"] for node in told["nodes"]] == ["HCI-N1", "HCI-N2", "HCI-N3", "HCI-N4"]


def test_json_of_one_node_holds_that_node_alone(desk: Desk, tmp_path: Path) -> None:
    save_question(NodeDetailsView(desk, "3"), 80).answer(str(tmp_path / "x.JSON"))
    told = json.loads((tmp_path / "x.JSON").read_text("utf-8"))
    assert [node["name"] for node in told["nodes"]] == ["HCI-N3"]


def test_a_picture_holds_every_line_whole(desk: Desk, tmp_path: Path) -> None:
    view = RegistrationStatusView(desk)
    save_question(view, 80).answer(str(tmp_path / "x.svg"))
    drawn = ET.parse(tmp_path / "x.svg")  # noqa: S314 - our own file
    text = "".join(drawn.getroot().itertext()).replace("\xa0", " ")
    for line in view.document(80).body:
        for span in line.spans:
            assert span.text.strip() in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x", "must end in .txt, .json, .svg"),
        ("x.doc", "must end in"),
        ("", "must end in"),
        ("there.txt", "exists already"),
        ("none/x.txt", "There is no folder"),
        ("there.txt/x.txt", "cannot be written"),
        ("a\x00b.txt", "cannot be written"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(desk: Desk, tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "there.txt").write_text("kept")
    refused = save_question(RegistrationStatusView(desk), 80).answer(str(tmp_path / name) if name else "")
    assert isinstance(refused, Tell)
    assert words in refused.words
    assert (tmp_path / "there.txt").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".txt") == ["there.txt"]
