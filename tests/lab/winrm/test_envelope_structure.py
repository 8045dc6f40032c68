"""The comparison with recordings sees what it is meant to see: otherwise the replay would prove nothing."""

import pytest

from tests.lab.winrm.envelope_structure import namespaces, structure
from tests.lab.winrm.test_recordings import NAMES, read_recording

pytestmark = pytest.mark.skipif(not NAMES, reason="no ../shared/recordings beside the project")

CHANGES = [
    pytest.param("Receive", 'Name="stdout"', 'Name="stderr"', id="another-stream"),
    pytest.param("Receive", ' End="true"', "", id="no-end-of-stream"),
    pytest.param("Receive", "CommandState/Done", "CommandState/Running", id="another-state"),
    pytest.param("Receive", "<rsp:ExitCode>0<", "<rsp:ExitCode>1<", id="another-exit-code"),
    pytest.param("Create", "PT7200.000S", "PT60.000S", id="another-idle-time-out"),
    pytest.param("Create", "<rsp:InputStreams>stdin</rsp:InputStreams>", "", id="a-missing-element"),
    pytest.param("Create", "CreateResponse", "DeleteResponse", id="another-action"),
    pytest.param("Create", "windows/shell/cmd</w:ResourceURI>", "windows/shell</w:ResourceURI>", id="another-resource"),
    pytest.param("Create", "<a:RelatesTo>", "<a:RelatesTo>x", id="another-relation"),
]


@pytest.mark.parametrize(("action", "before", "after"), CHANGES)
def test_a_changed_answer_is_not_equal(action: str, before: str, after: str) -> None:
    answers = [
        message.response
        for message in read_recording("test_winrs_standard")
        if f"{action}Response<" in message.response
    ]
    assert answers
    for answer in answers:
        assert before in answer
        assert structure(answer.replace(before, after)) != structure(answer)


@pytest.mark.parametrize(
    ("before", "after"),
    [("2150858793", "2150858794"), ("w:TimedOut", "w:InternalError"), ("s:Receiver", "s:Sender"), ("within the", "in")],
)
def test_a_changed_fault_is_not_equal(before: str, after: str) -> None:
    faults = [message.response for message in read_recording("test_winrs_operation_timeout") if message.status == 500]
    assert len(faults) == 2
    for fault in faults:
        assert structure(fault.replace(before, after)) != structure(fault)


def test_the_order_of_elements_and_the_declared_namespaces_count() -> None:
    answer = read_recording("test_winrs_standard")[0].response
    swapped = answer.replace("<rsp:InputStreams>stdin</rsp:InputStreams>", "").replace(
        "</rsp:OutputStreams>", "</rsp:OutputStreams><rsp:InputStreams>stdin</rsp:InputStreams>"
    )
    assert structure(swapped) != structure(answer)
    assert namespaces(answer.replace(' xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer"', "", 1)) != namespaces(
        answer
    )


def test_ids_addresses_and_bytes_do_not_count() -> None:
    first, second = (read_recording(name) for name in ("test_winrs_standard", "test_winrs_send"))
    assert structure(first[0].response) == structure(second[0].response)
    assert first[0].response != second[0].response


def test_every_recorded_message_is_there_to_be_replayed() -> None:
    assert sum(len(read_recording(name)) for name in NAMES) >= 79
