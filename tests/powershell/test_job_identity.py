"""A job first sees that whoever it runs as reaches every node: nothing is started that would fail in the middle."""

import pytest

from tests.powershell.job_cases import Jobs

PEERS = ["HCI-N2.hci.contoso.test", "HCI-N3.hci.contoso.test"]


def test_all_are_asked_at_once_within_thirty_seconds(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register({"Peers": PEERS})
    assert run.called("Invoke-Command") == [
        {"Command": "Invoke-Command", "ComputerName": ["localhost", *PEERS], "AsJob": True, "User": None}
    ]
    assert run.called("Wait-Job") == [{"Command": "Wait-Job", "Timeout": 30}]
    assert all(peer in run.text("identity", "done") for peer in PEERS)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("Access is denied.\n  For more information, see about_Remote_Troubleshooting.", "(Access is denied. For more"),
        ("hangs", "(no answer within 30 seconds)"),
        ("no administrator", "(not an administrator there)"),
    ],
)
def test_a_peer_that_is_not_reached_refuses_the_run_and_is_named(jobs: Jobs, trouble: str, said: str) -> None:
    jobs.have("2.6.0")
    run = jobs.register({"Peers": PEERS}, unreached={PEERS[1]: trouble})
    assert run.stop == "refused"
    assert f"{PEERS[1]} {said}" in run.message
    assert PEERS[0] not in run.message
    assert run.steps == ["identity started", "identity failed"]
    assert not run.called("Register-AzStackHCI")


def test_every_peer_that_is_not_reached_is_named(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register({"Peers": PEERS}, unreached={PEERS[0]: "gone", PEERS[1]: "hangs", "localhost": "off"})
    assert all(name in run.message for name in (*PEERS, "localhost (off)"))


def test_a_single_node_reaches_itself(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register({"Peers": []})
    assert run.called("Invoke-Command")[0]["ComputerName"] == ["localhost"]
    assert run.stop is None


def test_a_node_without_remoting_refuses_the_run(jobs: Jobs) -> None:
    jobs.have("2.6.0")
    run = jobs.register(unreached={"*": "no WinRM"})
    assert run.stop == "refused"
    assert "The WinRM client is not there." in run.message
