"""The configuration file: what may stand in it, how it is read, and how it is changed with its comments kept."""
