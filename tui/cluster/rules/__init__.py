"""The rules: one module per subject, each turning facts into findings."""
