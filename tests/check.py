"""Run every check and every test of azsconfig: `python tests/check.py`; more words go to pytest.

Tests of a file stay together; several files are tried at a time, for most of them wait more than they compute. Those
that take longest come first (`tests/conftest.py`).
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: tuple[tuple[str, ...], ...] = (
    (sys.executable, "-m", "ruff", "check", "."),
    (sys.executable, "-m", "ruff", "format", "--check", "."),
    (sys.executable, "-m", "pyright", "--pythonpath", sys.executable),
    (str(BIN / "lint-imports"),),
)
PYTEST = (sys.executable, "-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")


def main() -> int:
    """Run all checks, then the tests; return 0 when all passed, else the first failure's code."""
    failed = 0
    for check in (*CHECKS, (*PYTEST, *sys.argv[1:])):
        started = time.monotonic()
        words = " ".join((Path(check[0]).name, *check[1:]))
        print(f"== {words}", flush=True)
        code = subprocess.run(check, cwd=ROOT, check=False).returncode
        print(f"== {'passed' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - started:.0f} s", flush=True)
        failed = failed or code
    return failed


if __name__ == "__main__":
    sys.exit(main())
