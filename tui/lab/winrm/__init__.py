"""A node's WinRM endpoint: the WS-Management shell protocol on loopback, as real Windows speaks it."""
