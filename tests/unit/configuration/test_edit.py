"""Changes to the configuration file: what was typed stays, what was there stays when something goes wrong."""

import errno
import os
import signal
import stat
import string
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from tests.conftest import ROOT
from tui.configuration.edit import change_setting, remove_cluster, save_cluster, set_default
from tui.configuration.model import (
    TRANSPORTS,
    ClusterConfiguration,
    Configuration,
    ConfigurationError,
    NodeConfiguration,
    is_local,
    load,
)
from tui.configuration.write import alone

TYPED = """\
# Clusters of the north.
schema = 1  # do not change
default = "HCI-CL01"

# --- production ---

# Rack 4.
[clusters.HCI-CL01]   # bought in spring
user = 'HCI\\adm'     # the usual one
allow_ntlm = true
# The old one is off.
[[clusters.HCI-CL01.nodes]]
name = "HCI-N1"  # left
address = "n1.hci.contoso.test"

# The right one.
[[clusters.HCI-CL01.nodes]]
name = "HCI-N2"

# --- how it looks ---

[settings]
theme = "dark"  # at night

# --- laboratory ---

[clusters."Lab 2"]
nodes = [
  { name = "L1" },  # under the desk
  { name = "L2", local = true },
]
"""
CL01 = "HCI-CL01"
NODES = (NodeConfiguration("HCI-N1", address="n1.hci.contoso.test"), NodeConfiguration("HCI-N2"))
CLUSTER = ClusterConfiguration(nodes=NODES, user="HCI\\adm")
SMALL = ClusterConfiguration(nodes=(NodeConfiguration("M1"),))
needs_posix = pytest.mark.skipif(os.name == "nt", reason="mode bits, links and limits are POSIX's")


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """A file that somebody typed, with comments."""
    path = tmp_path / "config.toml"
    path.write_text(TYPED, encoding="utf-8")
    return path


def changed_lines(path: Path) -> tuple[set[str], set[str]]:
    """Return the lines that are gone, and those that are new."""
    before: list[str] = [*TYPED.splitlines()]
    after = path.read_text("utf-8").splitlines()
    assert [line for line in after if line in before] == [line for line in before if line in after], "lines moved"
    return set(before) - set(after), set(after) - set(before)


def test_a_setting_is_changed_where_it_stands(typed: Path) -> None:
    assert change_setting(typed, "theme", "light").settings.theme == "light"
    assert changed_lines(typed) == ({'theme = "dark"  # at night'}, {'theme = "light"  # at night'})


def test_a_new_setting_joins_the_others_and_goes_back_to_its_default(typed: Path) -> None:
    assert change_setting(typed, "ascii", True).settings.ascii is True
    text = typed.read_text("utf-8")
    assert 'theme = "dark"  # at night\nascii = true\n\n# --- laboratory ---' in text
    assert change_setting(typed, "ascii", None).settings.ascii is None
    assert typed.read_text("utf-8") == TYPED


def test_a_file_without_settings_gets_them_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[clusters.A]\nnodes = [{ name = 'N1' }]", encoding="utf-8")
    assert change_setting(path, "read_only", True).settings.read_only
    assert path.read_text("utf-8") == "[clusters.A]\nnodes = [{ name = 'N1' }]\n\n[settings]\nread_only = true\n"


def test_settings_in_one_line_are_changed_there(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("settings = { ascii = true }  # mine\n[clusters.A]\nnodes = [{ name = 'N1' }]\n", encoding="utf-8")
    assert change_setting(path, "theme", "dark").settings.theme == "dark"
    assert load(path).settings.ascii is True
    assert "# mine" in path.read_text("utf-8")


@pytest.mark.parametrize(("name", "value"), [("theme", "blue"), ("transport", "ssh"), ("read_only", "yes")])
def test_a_setting_that_has_no_meaning_is_refused_and_nothing_written(
    typed: Path, name: str, value: str | bool | None
) -> None:
    with pytest.raises(ConfigurationError, match=f"^The change of .* cannot be used: settings: {name} must be"):
        change_setting(typed, name, value)
    assert typed.read_text("utf-8") == TYPED


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "azsconfig" / "config.toml"
    assert save_cluster(path, CL01, CLUSTER, replaces=None).clusters == {CL01: CLUSTER}
    assert path.read_text("utf-8") == (
        "schema = 1\n\n[clusters.HCI-CL01]\nuser = 'HCI\\adm'\n\n[[clusters.HCI-CL01.nodes]]\nname = \"HCI-N1\"\n"
        'address = "n1.hci.contoso.test"\n\n[[clusters.HCI-CL01.nodes]]\nname = "HCI-N2"\n'
    )
    assert list(path.parent.iterdir()) == [path]
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_cluster_is_added_behind_the_others(typed: Path) -> None:
    saved = save_cluster(typed, "Süd", SMALL, replaces=None)
    assert saved == load(typed)
    assert typed.read_text("utf-8") == f'{TYPED}\n[clusters."Süd"]\n\n[[clusters."Süd".nodes]]\nname = "M1"\n'


def test_a_cluster_is_changed_where_it_stands(typed: Path) -> None:
    wanted = structs.replace(CLUSTER, user=None, banner="LIVE", transport="kerberos")
    assert save_cluster(typed, CL01, wanted, replaces=CL01).clusters[CL01] == wanted
    gone, new = changed_lines(typed)
    assert gone == {"user = 'HCI\\adm'     # the usual one"}
    assert new == {'banner = "LIVE"', 'transport = "kerberos"'}


def test_nodes_are_changed_added_renamed_and_taken_out_where_they_stand(typed: Path) -> None:
    first, second = NODES
    third = NodeConfiguration("HCI-N3", transport="ntlm")
    more = structs.replace(CLUSTER, nodes=(first, structs.replace(second, address="10.0.0.2"), third))
    assert save_cluster(typed, CL01, more, replaces=CL01).clusters[CL01] == more
    text = typed.read_text("utf-8")
    assert '# The right one.\n[[clusters.HCI-CL01.nodes]]\nname = "HCI-N2"\naddress = "10.0.0.2"\n\n[[' in text
    assert 'name = "HCI-N3"\ntransport = "ntlm"\n\n# --- how it looks ---' in text
    fewer = structs.replace(CLUSTER, nodes=(second,))
    assert save_cluster(typed, CL01, fewer, replaces=CL01).clusters[CL01] == fewer
    text = typed.read_text("utf-8")
    assert "# left" not in text
    assert '# The right one.\n[[clusters.HCI-CL01.nodes]]\nname = "HCI-N2"\n' in text
    assert "# --- how it looks ---\n\n[settings]" in text
    named = structs.replace(CLUSTER, nodes=(NodeConfiguration("HCI-N9"),))
    assert save_cluster(typed, CL01, named, replaces=CL01).clusters[CL01] == named
    assert '# The right one.\n[[clusters.HCI-CL01.nodes]]\nname = "HCI-N9"\n' in typed.read_text("utf-8")


def test_nodes_that_change_places_take_their_comments_along(typed: Path) -> None:
    turned = structs.replace(CLUSTER, nodes=NODES[::-1])
    assert save_cluster(typed, CL01, turned, replaces=CL01).clusters[CL01] == turned
    text = typed.read_text("utf-8")
    assert text.index('# The right one.\n[[clusters.HCI-CL01.nodes]]\nname = "HCI-N2"') < text.index("# left")


def test_nodes_in_one_list_are_changed_there(typed: Path) -> None:
    wanted = ClusterConfiguration(nodes=(NodeConfiguration("L1", powershell=("pwsh", "a\\b")), NodeConfiguration("L3")))
    assert save_cluster(typed, "lab 2", wanted, replaces="LAB 2").clusters["lab 2"] == wanted
    text = typed.read_text("utf-8")
    assert text.startswith(TYPED[: TYPED.index('[clusters."Lab 2"]')])
    assert '[clusters."lab 2"]\nnodes = [\n' in text


def test_a_cluster_under_another_name_stays_where_it_was_and_stays_the_default(typed: Path) -> None:
    saved = save_cluster(typed, "HCI.CL02", CLUSTER, replaces="hci-cl01")
    assert (saved.default, saved.clusters["HCI.CL02"]) == ("HCI.CL02", CLUSTER)
    renamed = TYPED.replace("clusters.HCI-CL01", 'clusters."HCI.CL02"').replace('"HCI-CL01"', '"HCI.CL02"')
    assert typed.read_text("utf-8") == renamed.replace("]   # bought", "]  # bought")


def test_a_cluster_is_removed_with_its_own_comments_alone(typed: Path) -> None:
    left = remove_cluster(typed, "hci-CL01")
    assert (left.default, list(left.clusters)) == (None, ["Lab 2"])
    text = typed.read_text("utf-8")
    assert text.startswith("# Clusters of the north.\nschema = 1  # do not change\n\n# --- production ---\n")
    assert text.endswith(TYPED[TYPED.index("# --- how it looks ---") :])
    assert "Rack 4" not in text
    assert remove_cluster(typed, "Lab 2") == Configuration(settings=left.settings)
    assert "# --- laboratory ---" in typed.read_text("utf-8")


def test_the_default_is_spelled_as_the_cluster_is(typed: Path) -> None:
    assert set_default(typed, "LAB 2").default == "Lab 2"
    assert changed_lines(typed) == ({'default = "HCI-CL01"'}, {'default = "Lab 2"'})
    assert set_default(typed, None).default is None
    assert changed_lines(typed) == ({'default = "HCI-CL01"'}, set())


def test_a_file_that_begins_with_a_table_can_get_a_default(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# Mine.\n[clusters.A]\nnodes = [{ name = 'N1' }]\n", encoding="utf-8")
    assert set_default(path, "A").default == "A"
    assert path.read_text("utf-8") == "# Mine.\ndefault = \"A\"\n\n[clusters.A]\nnodes = [{ name = 'N1' }]\n"


@pytest.mark.parametrize(("name", "replaces"), [("hci-cl01", None), ("LAB 2", "HCI-CL01")])
def test_a_name_that_is_taken_is_refused(typed: Path, name: str, replaces: str | None) -> None:
    with pytest.raises(ConfigurationError, match=r"has a cluster named .* already"):
        save_cluster(typed, name, SMALL, replaces=replaces)
    assert typed.read_text("utf-8") == TYPED


def test_what_another_azsconfig_removed_cannot_be_changed_any_more(typed: Path) -> None:
    remove_cluster(typed, CL01)
    before = typed.read_bytes()
    for change in (
        lambda: save_cluster(typed, CL01, CLUSTER, replaces=CL01),
        lambda: remove_cluster(typed, CL01),
        lambda: set_default(typed, CL01),
    ):
        with pytest.raises(ConfigurationError, match="no cluster named HCI-CL01"):
            change()
    assert typed.read_bytes() == before


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        (ClusterConfiguration(nodes=()), "has no nodes"),
        (ClusterConfiguration(nodes=(NodeConfiguration("A"), NodeConfiguration("a"))), "names the node A twice"),
        (ClusterConfiguration(nodes=(NodeConfiguration(""),)), "name must be text"),
        (ClusterConfiguration(nodes=(NodeConfiguration("A", address="u:hunter2@a"),)), "holds an @"),
        (ClusterConfiguration(nodes=(NodeConfiguration("A"),), transport="ssh"), "transport must be one of"),
        (ClusterConfiguration(nodes=(NodeConfiguration("A\udc80"),)), "no file can hold"),
    ],
)
def test_a_cluster_that_has_no_meaning_is_refused_and_nothing_written(
    typed: Path, cluster: ClusterConfiguration, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as refused:
        save_cluster(typed, "New", cluster, replaces=None)
    assert "The change of" in refused.value.message
    assert "hunter2" not in str(refused.value)
    assert typed.read_text("utf-8") == TYPED


@pytest.mark.parametrize("text", ["[clusters.A", "schema = 2", "[clusters.A]\nusr = 1\n", "\u0000"])
def test_a_file_that_cannot_be_used_is_not_touched(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"The configuration .*config\.toml"):
        change_setting(path, "theme", "dark")
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    "text",
    [
        "clusters.A.nodes = [{ name = 'N1' }]\n",
        "[clusters]\nA = { nodes = [{ name = 'N1' }] }\n",
        "clusters = { A = { nodes = [{ name = 'N1' }] } }\n",
    ],
)
def test_an_unusual_file_is_changed_rightly_or_not_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot change"):
        remove_cluster(path, "A")
    assert path.read_text("utf-8") == text
    assert set_default(path, "A").default == load(path).default == "A"


def test_nodes_without_a_table_of_their_cluster_get_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# One.\n\n[[clusters.A.nodes]]\nname = 'M1'\n", encoding="utf-8")
    wanted = structs.replace(SMALL, user="adm")
    assert save_cluster(path, "A", wanted, replaces="A") == load(path)
    assert load(path).clusters == {"A": wanted}


def test_line_ends_and_byte_order_mark_of_a_windows_editor_stay(typed: Path) -> None:
    typed.write_bytes(b"\xef\xbb\xbf" + TYPED.replace("\n", "\r\n").encode())
    save_cluster(typed, "B", SMALL, replaces=None)
    content = typed.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf" + TYPED.replace("\n", "\r\n").encode())
    assert content.count(b"\n") == content.count(b"\r\n")


def test_brackets_in_a_text_over_several_lines_are_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    typed = '''\
[clusters.A]
banner = """
[settings]
# no comment"""
nodes = [
  { name = "N1", powershell = [
    "pwsh",
# why not
] },
]
'''
    path.write_text(typed, encoding="utf-8")
    assert change_setting(path, "ascii", True).settings.ascii
    assert path.read_text("utf-8") == f"{typed}\n[settings]\nascii = true\n"


@needs_posix
def test_a_link_is_followed_and_the_mode_kept(typed: Path) -> None:
    typed.chmod(0o640)
    folder = typed.parent / "other"
    folder.mkdir()
    link = folder / "config.toml"
    link.symlink_to(typed)
    change_setting(link, "theme", "light")
    assert link.is_symlink()
    assert load(typed).settings.theme == "light"
    assert stat.S_IMODE(typed.stat().st_mode) == 0o640


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be changed") as refused:
        change_setting(tmp_path / "file" / "config.toml", "theme", "dark")
    assert "the file is as it was" in refused.value.remedy


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Make room"), (errno.EACCES, "Let this user write in"), (errno.EROFS, "--config")],
)
def test_what_the_system_refuses_is_told_with_what_to_do(tmp_path: Path, number: int, remedy: str) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigurationError) as refused, alone(path):
        raise OSError(number, os.strerror(number))
    assert refused.value.message == f"The configuration {path} cannot be changed: {os.strerror(number)}."
    assert remedy in refused.value.remedy


LIMITED = """
import resource, signal, sys
from pathlib import Path
from tui.configuration.edit import change_setting
from tui.configuration.error import ConfigurationError
signal.signal(signal.SIGXFSZ, getattr(signal, sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    change_setting(Path(sys.argv[1]), "theme", "light")
except ConfigurationError as error:
    print(error)
"""


def limited(path: Path, on_limit: str) -> "subprocess.CompletedProcess[str]":
    """Change a setting where no file can grow beyond 100 bytes; `on_limit` is what happens then."""
    command = [sys.executable, "-c", LIMITED, str(path), on_limit]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@needs_posix
def test_a_full_disk_leaves_the_old_file_and_nothing_else(typed: Path) -> None:
    done = limited(typed, "SIG_IGN")
    assert "cannot be changed: File too large. Make room" in done.stdout
    assert typed.read_text("utf-8") == TYPED
    assert list(typed.parent.iterdir()) == [typed]


@needs_posix
def test_a_crash_in_the_middle_of_writing_leaves_the_old_file_and_does_not_hinder_the_next_change(typed: Path) -> None:
    done = limited(typed, "SIG_DFL")
    assert done.returncode == -signal.SIGXFSZ
    assert typed.read_text("utf-8") == TYPED
    assert change_setting(typed, "theme", "light").settings.theme == "light"
    assert list(typed.parent.iterdir()) == [typed]


def test_no_change_of_two_writers_is_lost(typed: Path) -> None:
    failed: list[Exception] = []

    def write(who: str) -> None:
        try:
            for number in range(10):
                save_cluster(typed, f"{who}{number}", SMALL, replaces=None)
        except ConfigurationError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=(who,)) for who in "AB"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failed
    assert set(load(typed).clusters) == {CL01, "Lab 2", *(f"{who}{number}" for who in "AB" for number in range(10))}


texts = st.one_of(
    st.text(st.sampled_from(string.printable + "äß\u2028\x7f\x85'\"\\#[]"), max_size=30),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
names = st.sampled_from(["nodes", "clusters", "A.b"]) | texts.filter(bool)
maybe = st.none() | texts
nodes = st.builds(
    NodeConfiguration,
    name=names,
    address=st.none() | texts.filter(lambda text: "@" not in text),
    user=maybe,
    transport=st.none() | st.sampled_from(TRANSPORTS),
    ca_file=maybe,
    pin_sha256=maybe,
    certificate_file=maybe,
    key_file=maybe,
    password_file=maybe,
    local=st.booleans(),
    powershell=st.lists(texts, max_size=3).map(tuple),
)


def only_first_is_local(found: list[NodeConfiguration]) -> tuple[NodeConfiguration, ...]:
    """Return nodes of which at most the first is local, as it must be."""
    rest = [structs.replace(node, local=False, powershell=()) if is_local(node) else node for node in found[1:]]
    return (found[0], *rest)


clusters = st.builds(
    ClusterConfiguration,
    nodes=st.lists(nodes, min_size=1, max_size=4, unique_by=lambda node: node.name.casefold()).map(only_first_is_local),
    banner=maybe,
    user=maybe,
    transport=st.none() | st.sampled_from(TRANSPORTS),
    ca_file=maybe,
    password_file=maybe,
    allow_ntlm=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(first=clusters, second=clusters, name=names, other=names, instead=st.sampled_from([None, CL01, "Lab 2"]))
def test_any_cluster_that_is_saved_is_loaded_equal(
    first: ClusterConfiguration, second: ClusterConfiguration, name: str, other: str, instead: str | None
) -> None:
    assume(not {name.casefold(), other.casefold()} & {CL01.casefold(), "lab 2"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(TYPED, encoding="utf-8")
        others = {known: cluster for known, cluster in load(path).clusters.items() if known != instead}
        save_cluster(path, name, first, replaces=instead)
        assert load(path).clusters == {**others, name: first}
        save_cluster(path, other, second, replaces=name)
        assert load(path).clusters == {**others, other: second}
        assert change_setting(path, "theme", "contrast").clusters[other] == second
        remove_cluster(path, other)
        assert load(path).clusters == others
