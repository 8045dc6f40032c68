"""How a script reaches a node: a channel per node, two carriers (local process, WinRM), and records back."""
