"""The PowerShell an expert would type: what is asked of a node, how nodes are reached, where a line may break."""
