"""The Windows console through kernel32. Only what cannot be run elsewhere stands here; every call is checked.

Signatures after Microsoft's documentation of each function, structure layouts after wincon.h and tlhelp32.h.
"""

import ctypes
import os
from collections.abc import Callable
from ctypes import POINTER, Structure, byref, c_long, c_short, c_size_t, c_ulong, c_ushort, c_void_p, c_wchar
from typing import Any, ClassVar, cast

from tui.console.windows_api import Handle, WindowsCallError

TH32CS_SNAPPROCESS = 0x00000002
MAX_PATH = 260
MOST_PARENTS = 16
INVALID_HANDLE = c_void_p(-1).value


class Coordinates(Structure):
    """COORD."""

    _fields_: ClassVar[Any] = [("x", c_short), ("y", c_short)]


class Rectangle(Structure):
    """SMALL_RECT."""

    _fields_: ClassVar[Any] = [("left", c_short), ("top", c_short), ("right", c_short), ("bottom", c_short)]


class ScreenBufferInfo(Structure):
    """CONSOLE_SCREEN_BUFFER_INFO."""

    _fields_: ClassVar[Any] = [
        ("size", Coordinates),
        ("cursor", Coordinates),
        ("attributes", c_ushort),
        ("window", Rectangle),
        ("largest", Coordinates),
    ]


class ProcessEntry(Structure):
    """PROCESSENTRY32W."""

    _fields_: ClassVar[Any] = [
        ("size", c_ulong),
        ("usage", c_ulong),
        ("process_id", c_ulong),
        ("default_heap", c_size_t),
        ("module_id", c_ulong),
        ("threads", c_ulong),
        ("parent_id", c_ulong),
        ("base_priority", c_long),
        ("flags", c_ulong),
        ("file", c_wchar * MAX_PATH),
    ]


class Kernel32Console:
    """`tui.console.windows_api.WindowsConsole` on Windows."""

    def __init__(self) -> None:
        """Load kernel32; raises OSError anywhere but on Windows."""
        load = getattr(ctypes, "WinDLL", None)
        if load is None:
            message = "there is no Windows console on this system"
            raise OSError(message)
        self._dll: Any = load("kernel32", use_last_error=True)
        self._last_error: Callable[[], int] = cast("Any", ctypes).get_last_error
        self._handler_type: Any = cast("Any", ctypes).WINFUNCTYPE(c_long, c_ulong)
        # Windows keeps the address alone: without this reference the callback would be freed under it.
        self._handler: Any = None
        self._declare()

    def _declare(self) -> None:
        dll = self._dll
        dll.GetStdHandle.argtypes, dll.GetStdHandle.restype = [c_ulong], c_void_p
        dll.GetConsoleMode.argtypes, dll.GetConsoleMode.restype = [c_void_p, POINTER(c_ulong)], c_long
        dll.SetConsoleMode.argtypes, dll.SetConsoleMode.restype = [c_void_p, c_ulong], c_long
        dll.GetConsoleCP.argtypes, dll.GetConsoleCP.restype = [], c_ulong
        dll.GetConsoleOutputCP.argtypes, dll.GetConsoleOutputCP.restype = [], c_ulong
        dll.SetConsoleCP.argtypes, dll.SetConsoleCP.restype = [c_ulong], c_long
        dll.SetConsoleOutputCP.argtypes, dll.SetConsoleOutputCP.restype = [c_ulong], c_long
        dll.SetConsoleCtrlHandler.argtypes, dll.SetConsoleCtrlHandler.restype = [c_void_p, c_long], c_long
        dll.GetConsoleScreenBufferInfo.argtypes = [c_void_p, POINTER(ScreenBufferInfo)]
        dll.GetConsoleScreenBufferInfo.restype = c_long
        dll.CreateToolhelp32Snapshot.argtypes, dll.CreateToolhelp32Snapshot.restype = [c_ulong, c_ulong], c_void_p
        dll.Process32FirstW.argtypes, dll.Process32FirstW.restype = [c_void_p, POINTER(ProcessEntry)], c_long
        dll.Process32NextW.argtypes, dll.Process32NextW.restype = [c_void_p, POINTER(ProcessEntry)], c_long
        dll.CloseHandle.argtypes, dll.CloseHandle.restype = [c_void_p], c_long

    def mode(self, handle: Handle) -> int:
        """Return the mode of a standard handle."""
        mode = c_ulong(0)
        self._check("GetConsoleMode", self._dll.GetConsoleMode(self._standard(handle), byref(mode)))
        return mode.value

    def set_mode(self, handle: Handle, mode: int) -> None:
        """Set the mode of a standard handle."""
        self._check("SetConsoleMode", self._dll.SetConsoleMode(self._standard(handle), mode))

    def code_page(self, handle: Handle) -> int:
        """Return the code page of input or output."""
        if handle is Handle.INPUT:
            return self._check("GetConsoleCP", self._dll.GetConsoleCP())
        return self._check("GetConsoleOutputCP", self._dll.GetConsoleOutputCP())

    def set_code_page(self, handle: Handle, code_page: int) -> None:
        """Set the code page of input or output."""
        if handle is Handle.INPUT:
            self._check("SetConsoleCP", self._dll.SetConsoleCP(code_page))
        else:
            self._check("SetConsoleOutputCP", self._dll.SetConsoleOutputCP(code_page))

    def set_control_handler(self, handler: Callable[[int], bool] | None) -> None:
        """Install or take away the control handler; at most one is installed."""
        if handler is not None:

            def answer(event: int) -> int:
                return int(handler(event))

            callback = self._handler_type(answer)
            self._check("SetConsoleCtrlHandler", self._dll.SetConsoleCtrlHandler(callback, 1))
            self._handler = callback
        elif self._handler is not None:
            self._check("SetConsoleCtrlHandler", self._dll.SetConsoleCtrlHandler(self._handler, 0))
            self._handler = None

    def window_size(self) -> tuple[int, int]:
        """Return columns and rows of the window."""
        info = ScreenBufferInfo()
        told = self._dll.GetConsoleScreenBufferInfo(self._standard(Handle.OUTPUT), byref(info))
        self._check("GetConsoleScreenBufferInfo", told)
        window: Any = info.window
        return window.right - window.left + 1, window.bottom - window.top + 1

    def parents(self) -> tuple[str, ...]:
        """Return the program names of the processes above this one."""
        processes = self._processes()
        names: list[str] = []
        seen = {os.getpid()}
        _, parent = processes.get(os.getpid(), ("", 0))
        # A process id is used again after its process has ended: a chain may lead in a circle.
        while parent in processes and parent not in seen and len(names) < MOST_PARENTS:
            seen.add(parent)
            name, parent = processes[parent]
            names.append(name)
        return tuple(names)

    def _processes(self) -> dict[int, tuple[str, int]]:
        """Return program name and parent of every process by its id."""
        snapshot = self._dll.CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)
        if snapshot in {None, INVALID_HANDLE}:
            raise WindowsCallError("CreateToolhelp32Snapshot", self._last_error())
        try:
            entry: Any = ProcessEntry()
            entry.size = ctypes.sizeof(ProcessEntry)
            found: dict[int, tuple[str, int]] = {}
            self._check("Process32FirstW", self._dll.Process32FirstW(snapshot, byref(entry)))
            while True:
                found[entry.process_id] = (entry.file, entry.parent_id)
                if not self._dll.Process32NextW(snapshot, byref(entry)):
                    break
            return found
        finally:
            self._dll.CloseHandle(snapshot)

    def _standard(self, handle: Handle) -> int:
        # GetStdHandle takes the number as a DWORD: -10 is 0xFFFFFFF6.
        told = self._dll.GetStdHandle(handle.value & 0xFFFFFFFF)
        if told in {None, INVALID_HANDLE}:
            raise WindowsCallError("GetStdHandle", self._last_error())
        return told

    def _check(self, call: str, result: int) -> int:
        """Return what a call returned; zero means that it failed."""
        if not result:
            raise WindowsCallError(call, self._last_error())
        return result
