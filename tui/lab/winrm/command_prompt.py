"""What `cmd.exe /c` makes of a command line on a lab node, as far as foreign clients and their tests need it."""

import re
from collections.abc import Mapping, Sequence

from tui.lab.winrm.one_shot_powershell import OneShotPowerShell
from tui.lab.winrm.program import OutputSink, ProgramFactory, ProgramNotFoundError, ProgramStart, ShellProgram
from tui.lab.winrm.thread_program import Console, ThreadProgram
from tui.lab.winrm.windows_commands import COMMANDS, Surroundings, windows_environment

_CMD = re.compile(r'^\s*"?(?:[a-z]:\\\S*\\)?cmd(?:\.exe)?"?\s+/c\s+(?P<line>.*)$', re.IGNORECASE | re.DOTALL)
_POWERSHELL = re.compile(
    r'^\s*"?(?:[a-z]:\\\S*\\)?powershell(?:\.exe)?"?(?:\s+(?P<arguments>.*))?$', re.IGNORECASE | re.DOTALL
)
_OPERATORS = re.compile(r'("[^"]*(?:"|$))|(&&|\|\||(?<!>)&)')
_REDIRECTION = re.compile(r"(?P<from>[12]?)>+(?P<to>&[12]|\s*nul)", re.IGNORECASE)
_COMMAND = re.compile(r"\s*(?P<name>[^\s./]+)(?:\.exe)?(?P<arguments>.*)", re.DOTALL | re.IGNORECASE)
_NOT_RECOGNIZED = "'{}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n"


class CommandPrompt:
    """The programs of one node: PowerShell as given, a small cmd.exe for the rest."""

    def __init__(self, computer: str, powershells: Sequence[ProgramFactory] = ()) -> None:
        """`powershells` are asked in order about every PowerShell command line.

        One that is not meant raises `ProgramNotFoundError`; what nobody takes goes to a one-shot imitation.
        """
        self._computer = computer
        self._powershells = powershells

    def __call__(self, start: ProgramStart, sink: OutputSink, /) -> ShellProgram:
        """Start a command line; raises `ProgramNotFoundError` for a bare name without cmd.exe."""
        if start.skip_cmd_shell and "\\" not in start.command:
            # Without cmd.exe nobody searches the path.
            raise ProgramNotFoundError(start.command)
        line = start.command_line
        while inner := _CMD.match(line):
            line = inner["line"]
        where = Surroundings(
            computer=self._computer,
            user=start.user,
            directory=start.working_directory or "C:\\Users\\" + start.user.rpartition("\\")[2],
            environment=windows_environment(self._computer, start.user, start.environment),
        )
        if powershell := _POWERSHELL.match(line):
            for factory in self._powershells:
                try:
                    return factory(start, sink)
                except ProgramNotFoundError:
                    continue
            session = OneShotPowerShell(where, powershell["arguments"] or "")
            return ThreadProgram(session.run, sink, start.codepage, "powershell")
        return ThreadProgram(lambda console: run_line(line, console, where), sink, start.codepage, "cmd")


def run_line(line: str, console: Console, where: Surroundings) -> int:
    """Run the commands of one line, joined by `&`, `&&` and `||`; returns the last exit code."""
    code = 0
    for operator, text in _split(_expand(line, where.environment)):
        if (operator == "&&" and code) or (operator == "||" and not code):
            continue
        code, ends = _run_one(text, console, where)
        if ends:
            break
    return code


def _split(line: str) -> list[tuple[str, str]]:
    commands: list[tuple[str, str]] = []
    operator, begin = "&", 0
    for match in _OPERATORS.finditer(line):
        if match[2]:
            commands.append((operator, line[begin : match.start()]))
            operator, begin = match[2], match.end()
    commands.append((operator, line[begin:]))
    return commands


def _expand(line: str, environment: Mapping[str, str]) -> str:
    values = {name.lower(): value for name, value in environment.items()}
    return re.sub(r"%([^%\r\n]+)%", lambda match: values.get(match[1].lower(), match[0]), line)


class _Redirected(Console):
    """A console whose output streams go where a command's redirections say."""

    def __init__(self, console: Console, text: str) -> None:
        self._console = console
        self._targets = {"1": "1", "2": "2"}
        for match in _REDIRECTION.finditer(text):
            target = match["to"].strip()
            self._targets[match["from"] or "1"] = target[1] if target.startswith("&") else "nul"

    def out(self, text: str) -> None:
        self._send("1", text)

    def err(self, text: str) -> None:
        self._send("2", text)

    def read(self) -> str | None:
        return self._console.read()

    def sleep(self, seconds: float) -> None:
        self._console.sleep(seconds)

    def _send(self, stream: str, text: str) -> None:
        match self._targets[stream]:
            case "1":
                self._console.out(text)
            case "2":
                self._console.err(text)
            case _:
                return


def _run_one(text: str, console: Console, where: Surroundings) -> tuple[int, bool]:
    redirected = _Redirected(console, text)
    match = _COMMAND.match(_REDIRECTION.sub("", text))
    if not match:
        return 0, False
    name, arguments = match["name"].lower(), match["arguments"]
    if name == "exit":
        digits = re.search(r"-?\d+", arguments)
        return int(digits[0]) if digits else 0, True
    if name == "echo":
        redirected.out(f"{arguments[1:]}\r\n")
        return 0, False
    if name == "powershell":
        return OneShotPowerShell(where, arguments).run(redirected), False
    command = COMMANDS.get(name)
    if command:
        return command(redirected, where, arguments), False
    redirected.err(_NOT_RECOGNIZED.format(match["name"]))
    return 1, False
