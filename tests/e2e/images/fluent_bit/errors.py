"""What can go wrong, as the two kinds that are dealt with differently."""


class ConfigurationError(Exception):
    """The configuration is refused: the program does not start."""


class DeliveryError(Exception):
    """The receiver did not take a chunk: it is tried again as often as Retry_Limit allows."""
