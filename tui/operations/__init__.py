"""What the tool does: read facts, make a plan, apply it."""
