"""Changes to the configuration file: one at a time, on the file as it is now, with its comments and order kept.

Every function returns what the file says afterwards and raises ConfigurationError when the change, the file as it is,
or its folder does not allow it; then nothing is written. The new text must say what the old one said with the one
change made, whatever it looks like. No secret is among what can be written.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from tui.configuration import sections as tables
from tui.configuration.clusters import add_cluster, change_cluster, drop_cluster, values_of
from tui.configuration.error import ConfigurationError
from tui.configuration.model import ClusterConfiguration, Configuration, parsed, text_of
from tui.configuration.sections import Section
from tui.configuration.write import alone, replace_file

NEW = "schema = 1\n"
SETTINGS = "settings"
BYTE_ORDER_MARK = "\ufeff"
Change = Callable[[list[Section], Configuration], tuple[list[Section], Configuration]]
"""Takes the file's tables and what they say; returns them changed, and what they must say then."""


def change_setting(path: Path, name: str, value: str | bool | None) -> Configuration:
    """Save one setting, a field of `tui.configuration.model.Settings`; `None` leaves it to its default."""

    def change(sections: list[Section], now: Configuration) -> tuple[list[Section], Configuration]:
        defaults = {field.name: field.default for field in structs.fields(now.settings)}
        settings = structs.replace(now.settings, **{name: defaults[name] if value is None else value})
        return _with_setting(sections, name, value), structs.replace(now, settings=settings)

    return _edit(path, change)


def save_cluster(path: Path, name: str, cluster: ClusterConfiguration, *, replaces: str | None) -> Configuration:
    """Save a cluster under `name`, in place of the one called `replaces`, or as a new one.

    The default follows a cluster to its new name.
    """

    def change(sections: list[Section], now: Configuration) -> tuple[list[Section], Configuration]:
        old = _spelled(now, replaces, path) if replaces is not None else None
        if any(known.casefold() == name.casefold() and known != old for known in now.clusters):
            message = f"{path} has a cluster named {name} already."
            raise ConfigurationError(message, "Choose another name, or change that cluster.")
        others = {known: saved for known, saved in now.clusters.items() if known != old}
        wanted = structs.replace(now, clusters={**others, name: cluster})
        if old is None:
            return add_cluster(sections, name, cluster), wanted
        sections = change_cluster(sections, old, now.clusters[old], name, cluster)
        if name != old and now.default is not None and now.default.casefold() == old.casefold():
            return _with_default(sections, name), structs.replace(wanted, default=name)
        return sections, wanted

    return _edit(path, change)


def remove_cluster(path: Path, name: str) -> Configuration:
    """Forget a cluster; when it was the default, there is none then."""

    def change(sections: list[Section], now: Configuration) -> tuple[list[Section], Configuration]:
        old = _spelled(now, name, path)
        others = {known: saved for known, saved in now.clusters.items() if known != old}
        wanted = structs.replace(now, clusters=others)
        sections = drop_cluster(sections, old)
        if now.default is not None and now.default.casefold() == old.casefold():
            return _with_default(sections, None), structs.replace(wanted, default=None)
        return sections, wanted

    return _edit(path, change)


def set_default(path: Path, name: str | None) -> Configuration:
    """Open a cluster when none is named, or none of them."""

    def change(sections: list[Section], now: Configuration) -> tuple[list[Section], Configuration]:
        known = _spelled(now, name, path) if name is not None else None
        return _with_default(sections, known), structs.replace(now, default=known)

    return _edit(path, change)


def _spelled(now: Configuration, name: str, path: Path) -> str:
    """Return how the file spells the name of a cluster; it may be gone meanwhile."""
    cluster = now.cluster(name, path)
    return next(known for known, saved in now.clusters.items() if saved is cluster)


def _with_setting(sections: list[Section], name: str, value: str | bool | None) -> list[Section]:
    at = next((number for number, section in enumerate(sections) if section.path == (SETTINGS,)), None)
    if at is not None:
        return [*sections[:at], tables.with_keys(sections[at], {name: value}), *sections[at + 1 :]]
    if tables.has(sections[0], SETTINGS):
        return [tables.with_keys(sections[0], {name: value}, (SETTINGS,)), *sections[1:]]
    if value is None:
        return sections
    return tables.insert(sections, len(sections), [tables.new_section((SETTINGS,), {name: value})])


def _with_default(sections: list[Section], name: str | None) -> list[Section]:
    top = tables.with_keys(sections[0], {"default": name})
    return [tables.spaced(top) if top.body and sections[1:] else top, *sections[1:]]


def _edit(path: Path, change: Change) -> Configuration:
    """Make one change to the file at `path`, which need not exist."""
    with alone(path) as real:
        before = text_of(path) if path.exists() else NEW
        now = parsed(before, path)
        plain = before.replace("\r\n", "\n")
        try:
            sections, wanted = change(tables.split(plain if plain.endswith("\n") or not plain else f"{plain}\n"), now)
        except tables.UnusualError as error:
            raise _too_unusual(path) from error
        wanted = _checked(wanted, path)
        after = tables.join(sections)
        if _says(after, path) != wanted:
            raise _too_unusual(path)
        if "\r\n" in before:
            after = after.replace("\n", "\r\n")
        mark = BYTE_ORDER_MARK if path.exists() and path.read_bytes().startswith(BYTE_ORDER_MARK.encode()) else ""
        replace_file(real, (mark + after).encode())
        return wanted


def _checked(wanted: Configuration, path: Path) -> Configuration:
    """Return what is wanted, checked as if it were read from the file."""
    top = {"schema": wanted.schema, "default": wanted.default}
    sections = [Section((), body="".join(f"{key} = {tables.item(top[key]).as_string()}\n" for key in top if top[key]))]
    sections.append(tables.new_section((SETTINGS,), values_of(wanted.settings)))
    for name, cluster in wanted.clusters.items():
        sections = add_cluster(sections, name, cluster)
    text = tables.join(sections)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"The change of {path} cannot be used: it holds a character that no file can hold."
        raise ConfigurationError(message, "Type it anew.") from error
    return parsed(text, path, "The change of")


def _says(text: str, path: Path) -> Configuration | None:
    try:
        return parsed(text, path)
    except ConfigurationError:
        return None


def _too_unusual(path: Path) -> ConfigurationError:
    message = f"The configuration {path} is written in a way that azsconfig reads, but cannot change."
    return ConfigurationError(
        message, "Write each cluster as [clusters.NAME] and [[clusters.NAME.nodes]] tables, or change it in an editor."
    )
