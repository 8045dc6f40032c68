"""A Windows console that records what is asked of it, and can refuse any call."""

from collections.abc import Callable

from tui.console.windows_api import Handle, InputMode, OutputMode, WindowsCallError


class RecordingConsole:
    """Keeps state as Windows does, and the calls that changed it."""

    def __init__(self, *, refuse: int | None = None) -> None:
        """Refuse the call of this number, counted from 0; none by default."""
        self.modes = {
            Handle.INPUT: int(
                InputMode.PROCESSED_INPUT | InputMode.QUICK_EDIT_MODE | InputMode.INSERT_MODE | InputMode.EXTENDED_FLAGS
            ),
            Handle.OUTPUT: int(OutputMode.PROCESSED_OUTPUT),
        }
        self.code_pages = {Handle.INPUT: 437, Handle.OUTPUT: 850}
        self.handler: Callable[[int], bool] | None = None
        self.calls: list[str] = []
        self.refuse = refuse
        self.size = (80, 25)
        self.programs: tuple[str, ...] = ("powershell.exe",)

    @property
    def state(self) -> object:
        """Everything that can be changed."""
        return dict(self.modes), dict(self.code_pages), self.handler

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if len(self.calls) - 1 == self.refuse:
            raise WindowsCallError(name, 5)

    def mode(self, handle: Handle) -> int:
        self._called(f"GetConsoleMode {handle.name}")
        return self.modes[handle]

    def set_mode(self, handle: Handle, mode: int) -> None:
        self._called(f"SetConsoleMode {handle.name}")
        if handle is Handle.INPUT and not mode & InputMode.EXTENDED_FLAGS:
            # As Windows: without the flag QuickEdit and insert mode stay as they are.
            kept = self.modes[handle] & (InputMode.QUICK_EDIT_MODE | InputMode.INSERT_MODE)
            mode = (mode & ~(InputMode.QUICK_EDIT_MODE | InputMode.INSERT_MODE)) | kept
        self.modes[handle] = int(mode)

    def code_page(self, handle: Handle) -> int:
        self._called(f"GetConsoleCP {handle.name}")
        return self.code_pages[handle]

    def set_code_page(self, handle: Handle, code_page: int) -> None:
        self._called(f"SetConsoleCP {handle.name}")
        self.code_pages[handle] = code_page

    def set_control_handler(self, handler: Callable[[int], bool] | None) -> None:
        self._called("SetConsoleCtrlHandler")
        self.handler = handler

    def window_size(self) -> tuple[int, int]:
        self._called("GetConsoleScreenBufferInfo")
        return self.size

    def parents(self) -> tuple[str, ...]:
        self._called("CreateToolhelp32Snapshot")
        return self.programs
