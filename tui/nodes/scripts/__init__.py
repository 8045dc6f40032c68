"""The PowerShell that runs on nodes, one subject a file."""
