"""Detached runs of the simulated nodes: their journals, their runners, the lock, and what the jobs do."""
