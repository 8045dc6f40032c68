"""Measured budgets: run `python -m tests.benchmarks`. Nothing here is a test, because a clock on a busy machine is noise."""
