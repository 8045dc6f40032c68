"""Measured budgets: `python -m tests.benchmarks`. No test times anything: a clock on a busy machine is noise."""
