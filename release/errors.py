"""The one exception of this package."""


class ReleaseError(Exception):
    """A release cannot be made or published. The message says what is wrong, where, and what to do."""
