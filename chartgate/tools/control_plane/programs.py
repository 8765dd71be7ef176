"""The programs of a control plane: those that the user names, else the official ones, fetched by setup-envtest."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder
from chartgate.tools.catalogue import catalogue
from chartgate.tools.go_programs import go_program

ASSETS = "KUBEBUILDER_ASSETS"
SERVERS = ("etcd", "kube-apiserver")
DOWNLOAD_SECONDS = 300


def find_assets(programs: Sequence[str] = SERVERS) -> Path:
    """The folder that has `programs`, as envtest defines it.

    Raises:
        GateError: the named folder lacks a program; or none is named and the official ones cannot be fetched.
    """
    named = os.environ.get(ASSETS)
    folder = Path(named) if named else _official()
    missing = [name for name in programs if not os.access(folder / name, os.X_OK)]
    if missing:
        raise GateError(_what_to_do(f"{folder} has no program {' and no '.join(missing)}"))
    return folder


def named_servers() -> list[Path]:
    """The programs of the folder that the user names; none where no folder is named and the catalogue's pin counts."""
    named = os.environ.get(ASSETS)
    return [Path(named) / name for name in SERVERS] if named else []


def _official() -> Path:
    """What setup-envtest has or downloads. It verifies archives by the SHA-512 in the index of their project."""
    pin = catalogue().envtest
    store = cache_folder("envtest")
    try:
        command = [str(go_program(pin.setup)), "use", pin.kubernetes, "--print", "path", "--bin-dir", str(store)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
    except (GateError, OSError, subprocess.TimeoutExpired) as error:
        raise GateError(_what_to_do(f"setup-envtest is not available: {error}")) from error
    if done.returncode:
        raise GateError(_what_to_do(f"setup-envtest cannot fetch Kubernetes {pin.kubernetes}: {done.stderr.strip()}"))
    return Path(done.stdout.strip())


def _what_to_do(problem: str) -> str:
    return (
        f"the API server cannot be started: {problem}\n"
        f"Set {ASSETS} to a folder that has {' and '.join(SERVERS)}. With access to GitHub, these commands make one:\n"
        "  go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest\n"
        f'  export {ASSETS}="$(setup-envtest use -p path)"'
    )
