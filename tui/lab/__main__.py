"""Run the lab as `python -m tui.lab`."""

import sys

from tui.lab.command import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
