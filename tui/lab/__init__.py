"""A simulated cluster on loopback: nodes that speak WinRM, and what they would answer."""
