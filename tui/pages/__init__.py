"""What each option says, as lines of text: one source for the screens, for line mode and for the commands."""
