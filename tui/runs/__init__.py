"""Long work that outlives the terminal: what is planned, what runs on a node, what happened, and how it ended."""
