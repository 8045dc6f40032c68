"""What changing the registration has in common: looking, checking, and telling afterwards what is true."""
