"""Keys are handled one after the other: what is typed ahead reaches the screen it is meant for.

Textual hands every key to the widget that has the focus at the moment, and goes on. Typed fast, or pasted, `1`, Enter
and `5` would all go to the first screen, although the second key opens another one; in a tool that changes clusters
the third one must not land on a screen its typist has already left.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from textual.events import Key, Paste
from textual.message_pump import MessagePump

PATIENCE_SECONDS = 1.0
"""How long one step may take; a screen that takes longer loses the order, not the key."""
MOST_ROUNDS = 6
"""After a key, the focus moves at most a few times: away from a screen, to another one, into its field."""


class KeysInTurn:
    """Hands over keys one at a time, each when what the one before led to stands on the screen."""

    def __init__(self, hand_over: Callable[[Key | Paste], Awaitable[None]], pumps: Callable[[], list[MessagePump]]):
        """`hand_over` gives a key to whatever has the focus; `pumps` are what handles a key then, in that order."""
        self._hand_over = hand_over
        self._pumps = pumps
        self._waiting: deque[Key | Paste] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, event: Key | Paste) -> None:
        """Handle a key after those that came before."""
        self._waiting.append(event)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="keys in turn")

    async def _work(self) -> None:
        while self._waiting:
            await self._hand_over(self._waiting.popleft())
            await self._settle()

    async def _settle(self) -> None:
        """Wait until nothing of the last key is under way: the focus stays where it is for a whole round."""
        before: list[MessagePump] = []
        for _ in range(MOST_ROUNDS):
            pumps = self._pumps()
            await _pass_through(pumps)
            if pumps == before and pumps == self._pumps():
                return
            before = pumps


async def _pass_through(pumps: Sequence[MessagePump]) -> None:
    """Wait until all that waits for the first pump has been handled, then for the next, and so on."""
    done = asyncio.Event()
    later = iter(pumps)

    def step() -> None:
        # A pump that is closing takes nothing more.
        if not any(pump.call_later(step) for pump in later):
            done.set()

    step()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await done.wait()
    except TimeoutError:
        return
