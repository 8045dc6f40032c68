"""Tests of what reaches nodes."""
