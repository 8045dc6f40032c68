"""One file per option: what it shows and which keys act. No terminal is known here: the menu and line mode run them."""
