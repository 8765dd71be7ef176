"""Programs that judge as well where they are on PATH, such as promtool. Their answers are stored."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from chartgate.errors import GateError
from chartgate.releases import store
from chartgate.tools.progress import say

SECONDS = 60


@dataclass(frozen=True)
class ProgramOnPath:
    """A program that the gate can do without.

    Args:
        name: the program.
        otherwise: how the gate checks without the program, as the rest of a sentence that the user is told once.
    """

    name: str
    otherwise: str

    def complaints(self, about: object, ask: Callable[[], list[str]]) -> list[str]:
        """The lines that the program prints against an input; empty if it accepts the input or is not on PATH.

        Args:
            about: all that the answer depends on beside the version of the program, as data for JSON.
            ask: runs the program. It is not called if the answer is stored.
        """
        version = version_of(self)
        if not version:
            return []
        key = store.key_of(self.name, version, about)
        answer = store.load(self.name, key, list[str])
        if answer is None:
            answer = ask()
            store.save(self.name, key, answer)
        return answer

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run the program, in the environment `env` or else in that of the gate.

        Raises:
            GateError: the program does not finish.
        """
        try:
            return subprocess.run(
                [self.name, *arguments],
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise GateError(f"{self.name} did not finish in {SECONDS} s: look at the machine's load") from error


@cache
def version_of(program: ProgramOnPath) -> str:
    """The first line of `PROGRAM --version`; empty if the program is not on PATH."""
    if not shutil.which(program.name):
        say(f"{program.name} is not on PATH: {program.otherwise}")
        return ""
    done = program.run("--version")
    return (done.stdout or done.stderr).partition("\n")[0] or program.name
