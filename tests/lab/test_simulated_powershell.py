"""The simulated PowerShell speaks the agent's protocol."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.lab.conversation import AGENT, Conversation
from tui.lab.winrm.program import ProgramStart

Begin = Callable[..., Conversation]


def outs(records: list[dict[str, Any]]) -> list[Any]:
    return [record["data"] for record in records if record["t"] == "out"]


def test_the_first_record_says_what_answers(talk: Conversation) -> None:
    assert talk.records()[0] == {
        "q": 1,
        "t": "ready",
        "version": "5.1.20349.2700",
        "edition": "Desktop",
        "language": "FullLanguage",
        "host": "HCI-N2",
        "pid": 4711,
        "elevated": True,
        "protocol": 1,
    }


def test_without_encoded_command_it_does_not_start(conversations: Begin) -> None:
    talk = conversations(ProgramStart("powershell.exe", ("-Command", "hostname")))
    assert talk.wait_for_exit() == 1
    assert talk.errors.startswith(b"#< CLIXML")
    assert talk.output == b""


def test_a_first_line_that_is_no_agent_ends_it(conversations: Begin) -> None:
    talk = conversations()
    talk.say(b'{"id":"p1","op":"ping"}')
    assert talk.wait_for_exit() == 1
    assert b"agent" in talk.errors


def test_in_constrained_language_it_says_so_and_ends(conversations: Begin) -> None:
    talk = conversations(constrained=True)
    assert talk.wait_for_exit() == 0
    assert talk.records() == [{"q": 1, "t": "ready", "language": "ConstrainedLanguage"}]


def test_a_broken_powershell_ends_at_its_start(conversations: Begin) -> None:
    talk = conversations(**{"no-powershell": True})
    assert talk.wait_for_exit() != 0
    assert talk.errors


def test_records_are_numbered_without_gaps(talk: Conversation) -> None:
    for script in ("get-services", "get-modules", "lab-streams"):
        talk.run(script)
    assert [record["q"] for record in talk.records()] == list(range(1, len(talk.records()) + 1))


def test_a_defined_script_answers_with_its_facts(talk: Conversation) -> None:
    *facts, end = talk.run("get-registration")
    assert [fact["data"]["RegistrationStatus"] for fact in facts] == ["Registered"]
    assert end["ok"] is True
    assert end["seconds"] >= 0


def test_a_script_that_was_not_defined_is_not_run(talk: Conversation) -> None:
    records = talk.ended(talk.begin_run("get-registration"))
    assert [(record["t"], record.get("fqid"), record.get("ok")) for record in records] == [
        ("error", "AzsconfigUnknownScript", None),
        ("end", None, False),
    ]


def test_a_script_that_the_lab_cannot_simulate_gets_no_made_up_answer(talk: Conversation) -> None:
    error, end = talk.run("format-everything")
    assert error["fqid"] == "AzsconfigLabCannotSimulate"
    assert "format-everything" in error["message"]
    assert end["ok"] is False


def test_a_parameter_that_a_script_lacks_is_an_error(talk: Conversation) -> None:
    error, end = talk.run("get-registration", {"Nonsense": 1})
    assert error["fqid"] == "NamedParameterNotFound"
    assert end["ok"] is False


@pytest.mark.parametrize("count", [0, -1, "many", 10_001])
def test_events_refuse_a_number_that_powershell_refuses(talk: Conversation, count: object) -> None:
    error, end = talk.run("get-events", {"MaxEvents": count})
    assert error["fqid"] == "ParameterArgumentValidationError"
    assert end["ok"] is False


def test_events_are_limited_as_asked_newest_first(talk: Conversation) -> None:
    node = talk.cluster.node("HCI-N2")
    for _ in range(3):
        node.log(585, node.events[0].level, talk.cluster.clock.now(), "again")
    answers = outs(talk.run("get-events", {"maxevents": 2, "DAYS": 5}))
    assert [(event["EventId"], event["RecordId"]) for event in answers] == [(585, 4), (585, 3)]


def test_a_request_that_comes_twice_is_answered_once(talk: Conversation) -> None:
    request = {"id": "p1", "op": "ping"}
    talk.say(request)
    talk.say(request)
    talk.say({"id": "p2", "op": "ping"})
    talk.ended("p2")
    assert [record["t"] for record in talk.of("p1")] == ["pong"]


@pytest.mark.parametrize(
    ("line", "identity"),
    [
        (b"no json", None),
        (b"[1]", None),
        (b'{"op":"ping"}', None),
        (b'{"id":7,"op":"ping"}', None),
        (b'{"op":"resend","after":"all"}', None),
        (b'{"id":"x","op":"dance"}', "x"),
        (b'{"id":"x","op":"define","name":"a"}', "x"),
        (b'{"id":"x","op":"cancel"}', "x"),
        (b'{"id":"x","op":"run","name":"a","parameters":[1]}', "x"),
    ],
)
def test_a_line_that_is_no_request_is_refused(talk: Conversation, line: bytes, identity: str | None) -> None:
    talk.say(line)
    talk.say({"id": "p1", "op": "ping"})
    talk.ended("p1")
    refused = [record for record in talk.records() if record.get("fqid") == "AzsconfigBadRequest"]
    assert [record["id"] for record in refused] == [identity]
    assert [record["ok"] for record in talk.of("x")[1:]] == ([False] if identity else [])


def test_lost_records_come_again_unchanged(talk: Conversation) -> None:
    talk.run("get-services")
    before = talk.output
    talk.say({"op": "resend", "after": 1})
    talk.say({"id": "p1", "op": "ping"})
    talk.ended("p1")
    first, rest = before.split(b"\n", 1)
    assert talk.output.startswith(first + b"\n" + rest + rest)


def test_records_that_are_no_longer_kept_are_reported_gone(conversations: Begin) -> None:
    talk = conversations(ring=5)
    talk.say(AGENT)
    talk.run("lab-many", {"Count": 20})
    talk.say({"op": "resend", "after": 3})
    records = talk.wait_for(lambda records: records[-1].get("fqid") == "AzsconfigRecordsGone")
    assert records[-1]["id"] is None
    assert records[-1]["q"] == max(record["q"] for record in records)


def test_every_kind_of_record_comes_while_a_script_runs(talk: Conversation) -> None:
    *kinds, end = talk.run("lab-streams")
    assert [record["t"] for record in kinds] == [
        "progress",
        "verbose",
        "debug",
        "information",
        "warning",
        "error",
        "out",
    ]
    assert end["ok"] is True, "an error that ends nothing leaves the script in order"


def test_a_script_that_throws_ends_with_its_error(talk: Conversation) -> None:
    out, error, end = talk.run("lab-throw", {"Message": "no disk"})
    assert out["data"] == {"Before": True}
    assert (error["message"], end["ok"]) == ("no disk", False)


def test_four_run_at_once_and_the_fifth_waits(talk: Conversation) -> None:
    talk.define("lab-wait", "lab-echo")
    long = [talk.begin_run("lab-wait", {"Seconds": 600}) for _ in range(4)]
    waiting = talk.begin_run("lab-echo")
    talk.say({"id": "p1", "op": "ping"})
    talk.ended("p1")
    assert talk.of(waiting) == []
    talk.say({"id": "c1", "op": "cancel", "target": long[0]})
    assert talk.ended(waiting)[-1]["ok"] is True


def test_an_exclusive_run_waits_for_the_others_and_holds_back_later_ones(talk: Conversation) -> None:
    talk.define("lab-wait", "lab-echo")
    first = talk.begin_run("lab-wait", {"Seconds": 600})
    alone = talk.begin_run("lab-wait", {"Seconds": 600}, exclusive=True)
    last = talk.begin_run("lab-echo")
    talk.say({"id": "p1", "op": "ping"})
    talk.ended("p1")
    assert talk.of(alone) == talk.of(last) == []
    talk.say({"id": "c1", "op": "cancel", "target": first})
    talk.ended(first)
    assert talk.of(last) == []
    talk.say({"id": "c2", "op": "cancel", "target": alone})
    assert talk.ended(last)[-1]["ok"] is True


def test_cancel_ends_a_run_as_powershell_does(talk: Conversation) -> None:
    talk.define("lab-wait")
    run = talk.begin_run("lab-wait", {"Seconds": 600})
    talk.say({"id": "c1", "op": "cancel", "target": run})
    assert talk.ended("c1")[-1]["ok"] is True
    error, end = talk.of(run)
    assert (error["category"], error["fqid"]) == ("OperationStopped", "PipelineStopped")
    assert end["ok"] is False


def test_cancelling_what_has_ended_changes_nothing(talk: Conversation) -> None:
    records = talk.run("lab-echo", {"A": 1})
    talk.say({"id": "c1", "op": "cancel", "target": records[0]["id"]})
    assert talk.ended("c1")[-1]["ok"] is True
    assert talk.of(records[0]["id"]) == records


def test_a_mistake_of_the_lab_costs_one_request(talk: Conversation, caplog: pytest.LogCaptureFixture) -> None:
    error, end = talk.run("lab-wait", {"Seconds": "soon"})
    assert (error["fqid"], end["ok"]) == ("AzsconfigLabFailed", False)
    assert "Traceback" in caplog.text
    assert outs(talk.run("lab-echo", {"A": 1})) == [{"A": 1}]


def test_delays_are_taken_side_by_side(talk: Conversation) -> None:
    talk.delay = 0.05
    talk.define("get-system", "get-cluster", "get-firmware")
    runs = [talk.begin_run(name) for name in ("get-system", "get-cluster", "get-firmware")]
    ends = [talk.ended(run)[-1] for run in runs]
    assert all(end["seconds"] >= 0.05 for end in ends)


def test_exit_ends_it(talk: Conversation) -> None:
    talk.say({"op": "exit"})
    assert talk.wait_for_exit() == 0


def test_the_end_of_input_ends_it_although_a_script_runs(talk: Conversation) -> None:
    talk.define("lab-wait")
    talk.begin_run("lab-wait", {"Seconds": 600})
    talk.program.close_input()
    assert talk.wait_for_exit() == 0


def test_ctrl_c_ends_it_as_windows_ends_programs(talk: Conversation) -> None:
    talk.program.interrupt()
    talk.program.kill()
    assert talk.wait_for_exit() == 0xC000013A


def test_garbled_output_leaves_every_record_whole(conversations: Begin) -> None:
    talk = conversations(garble=["stray", "escapes", "invalid-utf8", "huge-line", "half-record", "no-json", "split"])
    talk.say(AGENT)
    answers = outs(talk.run("get-services"))
    assert [service["Name"] for service in answers][:2] == ["hcisvc", "himds"]
    assert max(len(line) for line in talk.output.split(b"\n")) > 1_000_000
    assert b"\xff\xfe" in talk.output
    assert any(write.startswith(b"\x1e") and not write.endswith(b"\n") for write in talk.writes)


def test_a_record_of_a_type_nobody_knows_keeps_the_numbers(conversations: Begin) -> None:
    talk = conversations(garble=["unknown-type"])
    talk.say(AGENT)
    talk.run("lab-echo")
    assert "telemetry" in [record["t"] for record in talk.records()]
    assert [record["q"] for record in talk.records()] == list(range(1, len(talk.records()) + 1))


def test_control_characters_in_values_travel_escaped(conversations: Begin) -> None:
    talk = conversations(garble=["values"])
    talk.say(AGENT)
    (firmware,) = outs(talk.run("get-firmware"))
    assert "\x1b[2J" in firmware["Manufacturer"]
    assert firmware["BiosVersion"] == "2.18.1", "what has a meaning keeps it"
    assert b"\x1b" not in talk.output


def test_clixml_goes_to_standard_error(conversations: Begin) -> None:
    talk = conversations(garble=["clixml"])
    talk.say(AGENT)
    talk.run("lab-echo")
    assert talk.errors.startswith(b"#< CLIXML")
