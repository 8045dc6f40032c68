"""Names of nodes, compared as Windows does: without case, with or without the domain."""

_ADDRESS = frozenset("0123456789.:")


def node_key(name: str) -> str:
    """Return what two spellings of one node's name share: the first label in lower case; an IP address as it is."""
    folded = name.strip().casefold()
    return folded if set(folded) <= _ADDRESS else folded.partition(".")[0]
