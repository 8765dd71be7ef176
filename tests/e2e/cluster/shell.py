"""A shell in which somebody types the commands that the chart prints, with helm and kubectl on their PATH."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from tests.e2e.cluster.release import ClusterRelease

SECONDS = 300


class CommandFailed(Exception):  # noqa: N818 (what the shell says, not an error of the tests)
    """A command ended with an error. The text has what it wrote."""


class Shell:
    """The operator's of a release."""

    def __init__(self, release: ClusterRelease) -> None:
        programs = release.folder / "bin"
        programs.mkdir(exist_ok=True)
        for name, program in {"helm": release.helm.path, "kubectl": release.kubectl}.items():
            (programs / name).unlink(missing_ok=True)
            (programs / name).symlink_to(program)
        self._environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "KUBECONFIG": str(release.kubeconfig),
            "HOME": str(release.home),
        }

    def answer(self, command: str) -> str:
        """What a command writes.

        Raises:
            CommandFailed: it ends with an error.
        """
        done = subprocess.run(
            self._bash(command), env=self._environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if done.returncode:
            raise CommandFailed(f"{command}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    @contextmanager
    def running(self, command: str) -> Iterator[IO[str]]:
        """The output of a command that goes on until it is interrupted, at the end of the block."""
        process = subprocess.Popen(
            self._bash(command),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that the interrupt reaches what the shell runs, and nobody else
        )
        try:
            assert process.stdout
            yield process.stdout
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate()

    def _bash(self, command: str) -> list[str]:
        return ["bash", "-o", "pipefail", "-ec", command]
