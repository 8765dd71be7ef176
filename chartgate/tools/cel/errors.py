"""The errors of expressions. They are apart from the CEL library, which loads slowly and which few runs need."""


class NotSupportedError(ValueError):
    """The expression is not valid CEL, or it uses a function or a type that the gate does not support."""


class EvaluationError(ValueError):
    """The evaluation of the expression ends with an error, for example because a field is missing."""
