"""Watches for what a run leaves behind."""

from tests.lab.conftest import no_threads_left

__all__ = ["no_threads_left"]
