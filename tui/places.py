"""Where azsconfig keeps its files: each user's own folders."""

from pathlib import Path

import platformdirs


def config_file() -> Path:
    """Return where saved connections and settings are when no file is named."""
    return platformdirs.user_config_path("azsconfig", appauthor=False) / "config.toml"


def log_file() -> Path:
    """Return where the log for support is."""
    return platformdirs.user_log_path("azsconfig", appauthor=False) / "azsconfig.log"


def activity_file() -> Path:
    """Return where the log of what azsconfig did and read is."""
    return platformdirs.user_state_path("azsconfig", appauthor=False) / "activity.jsonl"
