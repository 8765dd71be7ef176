"""The one error a user may see: what is wrong, where, and what to do; and an answer that leads to another way."""


class GateError(Exception):
    """The gate cannot do its work: bad input, a tool that cannot be had, a file that cannot be read.

    The message is a complete sentence for the user; the command line prints it without a traceback and exits 2.
    """


class HelmEndedError(GateError):
    """Helm died, or did not finish, while it rendered a chart."""


class Inexpressible(Exception):  # noqa: N818 (an answer, not a failure)
    """A case says something that Helm's library cannot be told; a Helm program can."""
