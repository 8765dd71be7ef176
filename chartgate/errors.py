"""The one error a user may see: what is wrong, where, and what to do."""


class GateError(Exception):
    """The gate cannot do its work: bad input, a tool that cannot be had, a file that cannot be read.

    The message is a complete sentence for the user; the command line prints it without a traceback and exits 2.
    """
