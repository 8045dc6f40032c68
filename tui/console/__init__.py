"""What this terminal can do, and what a program owes the Windows console it runs in."""
