"""A wrong password is tried on one node of sixteen: more would lock the account."""

import json
from pathlib import Path

from tests.commands import status
from tests.contract.watched_nodes import USER, WRONG, watched_nodes


def test_a_wrong_password_for_sixteen_nodes_is_tried_on_one_of_them_and_told_for_all(tmp_path: Path) -> None:
    with watched_nodes(tmp_path, 16) as nodes:
        addresses = ",".join(node.server.http_url for node in nodes)
        code, told = status(
            *("--node", addresses, "--user", USER, "--secrets-stdin"),
            stdin=json.dumps({"password": WRONG}),
            home=tmp_path / "home",
        )
        assert [node.accounts.messages for node in nodes] == [2] + [0] * 15
    assert code == 3
    errors = [node["error"] for node in told["nodes"]]
    assert {error["kind"] for error in errors} == {"wrong-credentials"}
    first = told["nodes"][0]["name"]
    assert USER in errors[0]["message"]
    for node, error in zip(told["nodes"][1:], errors[1:], strict=True):
        assert error["message"] == (
            f"{first} refused this user and password; {node['name']} was not tried with them, "
            "so that the account is not locked."
        )
        assert error["remedy"]
    assert WRONG not in json.dumps(told)
