"""A package, so that pytest ends the fixtures of its scope after the last test here: few releases fit on the node."""
