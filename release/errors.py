"""The one exception of this package."""

from chartgate.errors import GateError


class ReleaseError(GateError):
    """A release cannot be made or published. The message says what is wrong, where, and what to do."""
