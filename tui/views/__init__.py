"""What a screen is before any terminal: a document, keys, and what choosing does; every front end runs the same."""
