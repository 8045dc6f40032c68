"""Pictures of the program for the README, drawn by the program."""
