"""Tests of pure code: no network, no files beyond a temporary folder."""
