"""One file per option: what is shown and which keys act."""
