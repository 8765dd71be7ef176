"""The programs of a control plane: where the user says they are, else the official ones, fetched by setup-envtest."""

import os
import subprocess
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder
from chartgate.tools.catalogue import catalogue
from chartgate.tools.go_programs import go_program

ASSETS = "KUBEBUILDER_ASSETS"
SERVERS = ("etcd", "kube-apiserver")
PROGRAMS = (*SERVERS, "kubectl")
DOWNLOAD_SECONDS = 300


class ControlPlaneError(Exception):
    """The control plane cannot be started: what is wrong, and what to do."""


def find_assets() -> Path:
    """The folder with the programs, as envtest defines it.

    Raises:
        ControlPlaneError: the named folder lacks a program; or none is named and the official ones cannot be fetched.
    """
    named = os.environ.get(ASSETS)
    folder = Path(named) if named else _official()
    missing = [name for name in PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise ControlPlaneError(_what_to_do(f"{folder} has no program {' and no '.join(missing)}"))
    return folder


def _official() -> Path:
    """What setup-envtest has or downloads. It verifies archives by the SHA-512 in the index of their project."""
    pin = catalogue().envtest
    store = cache_folder("envtest")
    try:
        command = [str(go_program(pin.setup)), "use", pin.kubernetes, "--print", "path", "--bin-dir", str(store)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False)
    except (GateError, OSError, subprocess.TimeoutExpired) as error:
        raise ControlPlaneError(_what_to_do(f"setup-envtest cannot be had: {error}")) from error
    if done.returncode:
        raise ControlPlaneError(
            _what_to_do(f"setup-envtest cannot fetch Kubernetes {pin.kubernetes}: {done.stderr.strip()}")
        )
    return Path(done.stdout.strip())


def _what_to_do(problem: str) -> str:
    return (
        f"no control plane can be started: {problem}\n"
        f"Name a folder with {' and '.join(PROGRAMS)} in {ASSETS}; on a machine with access to GitHub this makes one:\n"
        "  go install sigs.k8s.io/controller-runtime/tools/setup-envtest@latest\n"
        f'  export {ASSETS}="$(setup-envtest use -p path)"'
    )
