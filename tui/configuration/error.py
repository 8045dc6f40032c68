"""Why a configuration or a command line cannot be used."""


class ConfigurationError(Exception):
    """A configuration that cannot be used: what is wrong, in which file, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep `message` (what is wrong) and `remedy` (what to do) apart for whoever shows them."""
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


class NoClusterNamed(ConfigurationError):  # noqa: N818 - the name is what a caller reads in an except clause
    """Nothing says which cluster is meant; in the menu a connection can be added."""
