"""What can go wrong, as the kinds that are dealt with differently."""


class ConfigurationError(Exception):
    """The configuration is refused: the program does not start."""


class NotDoneError(ConfigurationError):
    """The real program does something that this stand-in does not do."""


class DeliveryError(Exception):
    """The receiver did not take a chunk: it is tried again as often as Retry_Limit allows."""
