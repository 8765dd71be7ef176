"""`python -m chartgate` is the same as the `chartgate` command."""

import sys

from chartgate.cli import main

if __name__ == "__main__":
    sys.exit(main())
