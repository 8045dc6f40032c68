"""What is wrong with a configuration file, in an administrator's words: where, what, and what may stand there."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast, get_args

import msgspec

from tui.configuration.error import ConfigurationError

SECRET_WORDS = ("password", "passwd", "pwd", "secret", "token")
QUOTING = r"Write text that holds a backslash in single quotes, such as user = 'HCI\name'."
SYNTAX: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("Unescaped", "Invalid hex", "Escaped"),
        "in double quotes a backslash begins a special character, and this is none",
        QUOTING,
    ),
    (
        ("Invalid value",),
        "a value is missing, or is none that TOML knows",
        "Put text into quotes, and write true and false in lower case.",
    ),
    (
        ("Cannot", "Duplicate"),
        "a key or a table stands there for the second time",
        "Keep one of them.",
    ),
    (
        ("Unterminated", "Illegal", "Found invalid", 'Expected "'),
        "a quote is not closed, or there is a character that no text may hold",
        "Close each quote in the line that opens it.",
    ),
    (("Expected '='",), "a key has no value", "Write key = value; a name with spaces or dots belongs into quotes."),
    (
        ("Expected ']", "Unclosed"),
        "a bracket is not closed",
        "Write [clusters.NAME] and [[clusters.NAME.nodes]] on lines of their own.",
    ),
    (
        ("Expected newline",),
        "something follows a value in its line",
        "Write one key a line, and put text into quotes.",
    ),
    (
        ("Invalid statement", "Invalid initial"),
        "a key or a [table] should stand there",
        "A name with other characters than letters, digits, - and _ belongs into quotes.",
    ),
)
"""How tomllib's messages begin, what they mean, and what to do."""


def parse(text: str, file: str) -> Mapping[str, object]:
    """Return what TOML text says; `file` is what the text is called.

    Raises:
        ConfigurationError: it is no TOML; names line and column.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        if said is None:
            message = f"{file} is no valid TOML: a number in it is too large, or its brackets are too many."
            raise ConfigurationError(message, "Correct it there.") from error
        begins, line, column = said.groups()
        place = f"line {line}, column {column}" if line else f"its end, line {len(text.rstrip().splitlines())}"
        known = (entry for entry in SYNTAX if begins.startswith(entry[0]))
        _, words, remedy = next(known, ((), "something stands there that has no meaning", "Correct it there."))
        message = f"{file} is no valid TOML: {place}: {words}."
        raise ConfigurationError(message, remedy) from error


def check_table(table: object, kind: type[msgspec.Struct], where: str, file: str) -> Mapping[str, object]:
    """Return a table whose keys and plain values fit `kind`; tables inside it are not looked at.

    Raises:
        ConfigurationError: a key is missing or unknown, or a value is not what it must be; `where` is what the table
            is called in the message, `file` the file. No value is in it: it may be a secret that was put there.
    """
    if not isinstance(table, Mapping):
        message = f"{file} cannot be used: {where} must be a table."
        raise ConfigurationError(message, "Write its keys, one a line, below its name in brackets.")
    given = cast("Mapping[str, object]", table)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    unknown = next((key for key in given if key not in fields), None)
    if unknown is not None:
        message = f"{file} cannot be used: {where} has the unknown key {unknown!r}."
        raise ConfigurationError(message, _remedy_for(unknown, tuple(fields)))
    missing = next((field.name for field in fields.values() if field.required and field.name not in given), None)
    if missing is not None:
        message = f"{file} cannot be used: {where} has no {missing}."
        raise ConfigurationError(message, f"Add the key {missing} to it.")
    for key, value in given.items():
        words = _words(fields[key].type)
        try:
            if words is not None:
                msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError as error:
            message = f"{file} cannot be used: {where}: {key} must be {words}."
            raise ConfigurationError(message, "Correct that value.") from error
    return given


def shown(name: str) -> str:
    """Return a name as it stands in a message: what cannot be seen is escaped."""
    return name if name.isprintable() and name.strip() else repr(name)


def _remedy_for(unknown: str, known: tuple[str, ...]) -> str:
    """Return what to do about an unknown key."""
    if unknown not in known and any(word in unknown.casefold() for word in SECRET_WORDS):
        return "Remove it: no secret belongs into this file. Passwords are asked for, or read from a password_file."
    import difflib

    close = difflib.get_close_matches(unknown.casefold(), known, 1, 0.6)
    question = f"Did you mean {close[0]}? " if close else ""
    return f"{question}Known keys there: {', '.join(known)}."


def _words(kind: Any) -> str | None:
    """Return what a plain value must be, as its type describes it; `None` for what has no such description."""
    metas = [meta for part in (kind, *get_args(kind)) for meta in getattr(part, "__metadata__", ())]
    return next((meta.description for meta in metas if isinstance(meta, msgspec.Meta)), None)
