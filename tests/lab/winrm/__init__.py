"""Tests of the lab's WinRM service."""
