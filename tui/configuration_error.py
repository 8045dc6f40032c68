"""Why a configuration or a command line cannot be used."""


class ConfigurationError(Exception):
    """A configuration that cannot be used: what is wrong, in which file, and what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        """Keep `message` (what is wrong) and `remedy` (what to do) apart for whoever shows them."""
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy
