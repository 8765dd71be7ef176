"""What can be wrong with an expression; apart from the library, which takes a while to load and which few runs need."""


class NotSupportedError(ValueError):
    """An expression is not CEL, or uses what is not known here."""


class EvaluationError(ValueError):
    """An expression has no value for this data."""
