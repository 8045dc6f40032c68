"""Fixtures of this folder."""

from tests.contract.azure.azure_world import authority, make_world, missing_file, world

__all__ = ["authority", "make_world", "missing_file", "world"]
