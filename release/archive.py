"""The chart's archive: made by Helm from the files of a commit, with the same bytes on any machine.

Helm 4 writes the files in a fixed order, with fixed modes and owners and with the time in SOURCE_DATE_EPOCH, and
compresses them with a library of its own. The bytes depend on the commit and on the version of Helm, which is pinned.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from chartgate.tools.archives import members
from chartgate.tools.cache import scratch_folder
from chartgate.tools.catalogue import catalogue
from chartgate.tools.helm import Helm, find_helm
from chartgate.tools.kubernetes_yaml import read_one
from release.errors import ReleaseError
from release.git import Repository, precedence
from release.settings import CHART

LICENSE = "LICENSE"

# What a chart consists of (Helm documentation, The Chart File Structure), with what `chartgate convert-values` reads.
_PART = re.compile(
    r"(charts/[\w.-]+/)*"
    r"(Chart\.yaml|LICENSE|README\.md|values\.yaml|values\.schema\.json|conversions\.yaml|templates/[^.#][^#~]*|files/[^.#][^#~]*|crds/[^.#][^#~]*\.yaml)"
)
_LEFT_BY_PROGRAMS = re.compile(r"(^|/)[.#]|\.(bak|orig|rej|swo|swp|tmp)$")


def packaging_helm() -> Helm:
    """The Helm that makes archives: the newest of the catalogue, never another one that is on PATH.

    Raises:
        GateError: it cannot be had.
    """
    return find_helm(catalogue().helm[-1].version)


def stage(repository: Repository, commit: str, folder: Path) -> Path:
    """Write the chart as it is in a commit below `folder`, and return its folder."""
    repository.extract(commit, (CHART,), folder)
    return folder / CHART


def read_chart_file(chart: Path) -> dict[str, Any]:
    """Chart.yaml of a chart folder.

    Raises:
        ReleaseError: it is not a mapping in YAML, or its version is not a semantic version.
    """
    try:
        data = read_one((chart / "Chart.yaml").read_bytes())
        precedence(str(data["version"]))
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise ReleaseError(f"{chart.name}/Chart.yaml: cannot be read as a chart's: {error}: correct it") from error
    except ReleaseError as error:
        raise ReleaseError(f"{chart.name}/Chart.yaml: version: {error}") from error
    return dict(data)


def pack(
    chart: Path, folder: Path, when: int, metadata: Mapping[str, Any] | None = None, signing: Sequence[str] = ()
) -> Path:
    """Make the archive of a staged chart in `folder`, and return its path.

    Args:
        when: seconds since 1970; the time of all files and of the archive.
        metadata: replaces the content of Chart.yaml.
        signing: options of `helm package` that write a provenance file beside the archive.

    Raises:
        ReleaseError: Helm refuses the chart, or the archive has a file that is no part of a chart.
    """
    if metadata is not None:
        text = yaml.safe_dump(dict(metadata), sort_keys=False, allow_unicode=True, width=1000)
        (chart / "Chart.yaml").write_text(text, encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    run_helm(["package", str(chart), "--destination", str(folder), *signing], when=when)
    data = read_chart_file(chart)
    archive = folder / f"{data['name']}-{data['version']}.tgz"
    os.utime(archive, (when, when))  # `helm push` writes it into the registry's manifest
    strangers = [name for name in contents(archive) if not _PART.fullmatch(name) or _LEFT_BY_PROGRAMS.search(name)]
    if strangers:
        raise ReleaseError(
            f"{archive.name} would have files that are no part of a chart: {', '.join(strangers)}: "
            f"remove them from the commit, or list them in {CHART}/.helmignore"
        )
    return archive


def contents(archive: Path) -> dict[str, str]:
    """The SHA-256 of each file in a chart's archive, by its path below the chart's folder."""
    return {
        name.partition("/")[2]: hashlib.sha256(content).hexdigest()
        for name, content in members(archive.read_bytes(), "*")
    }


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run_helm(arguments: Sequence[str], *, helm: Helm | None = None, when: int | None = None) -> str:
    """Helm's standard output. Nothing of the user's own Helm takes part, but the login to a registry.

    Args:
        helm: the program; by default the one that makes archives.
        when: the value of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/).

    Raises:
        ReleaseError: Helm ends with an error; the message has its words.
    """
    helm = helm or packaging_helm()
    login = ("HELM_CONFIG_HOME", "HELM_REGISTRY_CONFIG")
    kept = {
        key: value
        for key, value in os.environ.items()
        if key in login or not key.startswith(("HELM_", "SOURCE_DATE_EPOCH"))
    }
    epoch = {} if when is None else {"SOURCE_DATE_EPOCH": str(when)}
    with scratch_folder() as home:
        own = dict.fromkeys(("HELM_CACHE_HOME", "HELM_DATA_HOME"), str(home))
        own["HELM_REPOSITORY_CONFIG"] = str(home / "repositories.yaml")
        done = subprocess.run(
            [str(helm.path), *arguments],
            env={**kept, **own, **epoch},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise ReleaseError(f"helm {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
