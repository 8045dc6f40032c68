"""Draw the README's pictures anew: `python -m tests.pictures.draw`.

They show a simulated cluster at a fixed time, so that the same program always draws the same picture.
"""

import asyncio
import os
from pathlib import Path

from tests.scenario_facts import StillReader, desk_of, scenario_snapshot
from tui.app import AzsconfigApp

FOLDER = Path(__file__).resolve().parent

PICTURES: dict[str, tuple[str, tuple[str, ...]]] = {
    "menu": ("healthy", ()),
    "registration-status": ("firmware", ("1", "enter")),
}
"""Name of each picture: the scenario it shows and the keys that lead there."""


def draw(name: str) -> str:
    """Return one picture as SVG."""
    scenario, keys = PICTURES[name]
    # Clock times in the pictures are UTC wherever they are drawn.
    os.environ["TZ"] = "UTC"

    async def drawn() -> str:
        app = AzsconfigApp(desk_of(StillReader(scenario_snapshot(scenario))))
        async with app.run_test(size=(80, 25)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            return app.export_screenshot(title="azsconfig")

    return asyncio.run(drawn())


def main() -> None:
    """Write every picture."""
    for name in PICTURES:
        (FOLDER / f"{name}.svg").write_text(draw(name), encoding="utf-8")


if __name__ == "__main__":
    main()
