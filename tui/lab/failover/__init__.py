"""The simulated cluster as a failover cluster: which nodes are in it, what runs where, and its storage."""
