r"""A PowerShell imitation for one-line scripts of foreign clients: strings, variables, a handful of cmdlets.

It is not what azsconfig talks to: that is the simulated PowerShell with the agent. This one exists so that other
clients' own tests, such as `powershell.exe Write-Host hi` or an encoded `'x' * 1000`, get honest answers.
"""

import base64
import re
from collections.abc import Generator

from tui.lab.winrm.thread_program import Console
from tui.lab.winrm.windows_commands import COMMANDS, Surroundings

_FLAG = re.compile(r"\s*-(nologo|noprofile|nop|noninteractive|noni|sta|mta|noexit)\b", re.IGNORECASE)
_OPTION = re.compile(
    r"\s*-(executionpolicy|exec|ep|ex|inputformat|outputformat|version|windowstyle|w)\s+\S+", re.IGNORECASE
)
_ENCODED = re.compile(r"\s*-(?:encodedcommand|encoded|enc|ec|e)\s+(\S+)", re.IGNORECASE)
_COMMAND = re.compile(r"\s*-(?:command|c)\b", re.IGNORECASE)
_STATEMENT_PARTS = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|([;\r\n]+)""")
_ASSIGNMENT = re.compile(r"\$(\w+)\s*=\s*(.+)", re.DOTALL)
_REPEATED = re.compile(r"('[^']*'|\"[^\"]*\")\s*\*\s*(\d+)")
_CONSOLE_WRITE = re.compile(
    r"\[(?:System\.)?Console\]::(Out|Error)\.(WriteLine|Write)\((.*)\)", re.IGNORECASE | re.DOTALL
)
_SLEEP = re.compile(r"start-sleep\s+(?:-(m\w*|s\w*)\s+)?(\d+(?:\.\d+)?)", re.IGNORECASE)
_UNKNOWN = (
    "{0} : The term '{0}' is not recognized as the name of a cmdlet, function, script file, or operable program.\r\n"
    "Check the spelling of the name, or if a path was included, verify that the path is correct and try again.\r\n"
)


class _ExitError(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class OneShotPowerShell:
    """One start of powershell.exe with its arguments."""

    def __init__(self, where: Surroundings, arguments: str) -> None:
        self._where = where
        self._arguments = arguments
        self._variables: dict[str, str] = {}

    def run(self, console: Console) -> int:
        """Run it; returns the exit code."""
        script = _script(self._arguments)
        failed = False
        try:
            if script is None:
                failed = self._run_input(console)
            else:
                for statement in _statements(script):
                    failed = self._run_statement(statement, console)
        except _ExitError as end:
            return end.code
        return int(failed)

    def _run_input(self, console: Console) -> bool:
        text, failed = "", False
        while (piece := console.read()) is not None:
            text += piece
            *lines, text = text.split("\n")
            for statement in (statement for line in lines for statement in _statements(line)):
                failed = self._run_statement(statement, console)
        for statement in _statements(text):
            failed = self._run_statement(statement, console)
        return failed

    def _run_statement(self, statement: str, console: Console) -> bool:  # noqa: C901, PLR0911 - one case a construct
        if match := _ASSIGNMENT.fullmatch(statement):
            self._variables[match[1].lower()] = self._value(match[2]) or ""
            return False
        if match := _SLEEP.fullmatch(statement):
            console.sleep(float(match[2]) / (1000 if (match[1] or "s").lower().startswith("m") else 1))
            return False
        if match := _CONSOLE_WRITE.fullmatch(statement):
            text = (self._value(match[3]) or "") + ("\r\n" if match[2].lower() == "writeline" else "")
            (console.out if match[1].lower() == "out" else console.err)(text)
            return False
        name, _, rest = statement.partition(" ")
        match name.lower().removesuffix(".exe"):
            case "write-host":
                # Recorded: the text and its line end are separate writes, and the line end is a bare LF.
                console.out(self._words(rest))
                console.out("\n")
                return False
            case "write-output" | "echo":
                console.out("".join(f"{self._value(word) or ''}\r\n" for word in _words(rest)))
                return False
            case "write-error" | "throw":
                console.err(f"{self._words(rest)}\r\n")
                if name.lower() == "throw":
                    raise _ExitError(1)
                return True
            case "exit":
                raise _ExitError(int(self._value(rest.strip() or "0") or 0))
            case command if command in COMMANDS and command != "set":
                return bool(COMMANDS[command](console, self._where, f" {rest}"))
            case _:
                pass
        value = self._value(statement)
        if value is None:
            console.err(_UNKNOWN.format(name))
            return True
        console.out(value)
        console.out("\r\n")
        return False

    def _words(self, text: str) -> str:
        return " ".join(self._value(word) or word for word in _words(text))

    def _value(self, expression: str) -> str | None:  # noqa: PLR0911 - one case a construct
        text = expression.strip()
        if match := _REPEATED.fullmatch(text):
            return (self._value(match[1]) or "") * int(match[2])
        if len(text) > 1 and text[0] == text[-1] == "'":
            return text[1:-1].replace("''", "'")
        if len(text) > 1 and text[0] == text[-1] == '"':
            return re.sub(r"\$(env:)?\w+", lambda match: self._value(match[0]) or "", text[1:-1].replace('""', '"'))
        if text.lower().startswith("$env:"):
            wanted = text[5:].lower()
            return next((value for name, value in self._where.environment.items() if name.lower() == wanted), "")
        known = {
            "(pwd).path": self._where.directory,
            "$psversiontable.psversion.tostring()": "5.1.20348.2700",
            "$psversiontable.psversion.major": "5",
            "$true": "True",
            "$false": "False",
        }
        if text.lower() in known:
            return known[text.lower()]
        if text.startswith("$"):
            return self._variables.get(text[1:].lower(), "")
        return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def _script(arguments: str) -> str | None:
    rest = arguments
    while match := _FLAG.match(rest) or _OPTION.match(rest):
        rest = rest[match.end() :]
    if match := _ENCODED.match(rest):
        try:
            return base64.b64decode(match[1]).decode("utf-16-le")
        except ValueError:
            return "throw 'Cannot process the command because the value specified with -EncodedCommand is not valid'"
    if match := _COMMAND.match(rest):
        rest = rest[match.end() :]
    rest = rest.strip()
    if rest in {"-", ""}:
        return None
    quoted = len(rest) > 1 and rest[0] == rest[-1] == '"' and rest.count('"') == 2
    return rest[1:-1] if quoted else rest


def _statements(script: str) -> Generator[str]:
    begin = 0
    for match in _STATEMENT_PARTS.finditer(script):
        if match[2]:
            yield from _non_empty(script[begin : match.start()])
            begin = match.end()
    yield from _non_empty(script[begin:])


def _non_empty(statement: str) -> Generator[str]:
    if text := statement.strip():
        yield text


def _words(text: str) -> list[str]:
    return re.findall(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\S+", text)
