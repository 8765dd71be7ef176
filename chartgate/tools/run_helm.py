"""Run a found Helm: `python -m chartgate.tools.run_helm SPEC [SPEC…] -- ARGUMENTS`, once a SPEC; stops at a failure."""

import subprocess
import sys
from collections.abc import Sequence

from chartgate.errors import GateError
from chartgate.tools.helm import find_helm


def main(arguments: Sequence[str]) -> int:
    """Helm's own exit code; 2 when no Helm can be had or the arguments make no sense."""
    if "--" not in arguments or arguments[0] == "--":
        print("run_helm: write: SPEC [SPEC…] -- HELM-ARGUMENTS, such as 3 4 -- lint my-chart", file=sys.stderr)
        return 2
    split = list(arguments).index("--")
    try:
        helms = [find_helm(spec) for spec in arguments[:split]]
    except GateError as error:
        print(f"run_helm: {error}", file=sys.stderr)
        return 2
    for helm in helms:
        done = subprocess.run([str(helm.path), *arguments[split + 1 :]], check=False)
        if done.returncode:
            print(f"run_helm: helm {helm.version} failed with exit code {done.returncode}", file=sys.stderr)
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
