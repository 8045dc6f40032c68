"""Tests of PowerShell scripts on the real engine."""
