"""The recorded configurations of Fluent Bit, in `fluent-bit/configurations.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "fluent-bit" / "configurations.yaml"


@dataclass(frozen=True)
class Recorded:
    """A configuration and what the real program did with it.

    `dry_run` is the exit code of `--dry-run`; `runs` whether the program starts. `request` is the HTTP request that it
    sent for `line` to port 3997, and `stdout` what it wrote; each is None where it was not recorded.
    """

    name: str
    main: str
    parsers: str
    line: str
    environment: dict[str, str]
    dry_run: int
    runs: bool
    request: dict[str, Any] | None
    stdout: list[str] | None

    def files(self, folder: str) -> dict[str, str]:
        """The files of the configuration, for a folder that holds them."""
        return {
            "c.conf": self.main.replace("DIR", folder),
            "p.conf": self.parsers,
        }


@cache
def recorded() -> tuple[Recorded, ...]:
    """All of them, in order."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_one(data, case) for case in data["cases"])


def _one(data: dict[str, Any], case: dict[str, Any]) -> Recorded:
    main = case["configuration"]
    for name in ("service", "tail input"):
        main = main.replace(f"({name})\n", data[name])
    return Recorded(
        name=case["case"],
        main=main,
        parsers=case.get("parsers", data["parsers"]),
        line=data["line"],
        environment=case.get("environment", {}),
        dry_run=case["dry_run"],
        runs=case["start"] == "runs",
        request=case.get("request"),
        stdout=case.get("stdout"),
    )
