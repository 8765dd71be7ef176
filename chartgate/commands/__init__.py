"""The subcommands: a module each, with its arguments and what it does with them."""
