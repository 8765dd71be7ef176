"""What git says of the project."""

import io
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from chartgate.tools.version_ranges import Version, read_version
from release.errors import ReleaseError


@dataclass(frozen=True)
class Repository:
    """The git repository in folder `root`."""

    root: Path

    def require_clean(self) -> None:
        """Raises ReleaseError if a file is changed or new, so that the commit is not what the files are."""
        status = self.run("status", "--porcelain").decode().rstrip()
        if status:
            raise ReleaseError(
                f"the tree is not clean: commit these files, or remove them (git stash --include-untracked):\n{status}"
            )

    def require_whole(self) -> None:
        """Raises ReleaseError in a shallow clone, which lacks the tags of earlier releases."""
        if self.run("rev-parse", "--is-shallow-repository").strip() == b"true":
            raise ReleaseError("the clone is shallow and lacks earlier releases: git fetch --unshallow --tags")

    def commit_time(self) -> int:
        """When HEAD was committed, in seconds since 1970: the value of SOURCE_DATE_EPOCH."""
        return int(self.run("show", "--no-patch", "--format=%ct", "HEAD"))

    def versions(self) -> list[str]:
        """The released versions: tags `vVERSION`, the newest last. Pre-releases come before their release."""
        tags = self.run("tag", "--list", "v[0-9]*").decode().split()
        versions = [tag.removeprefix("v") for tag in tags if is_version(tag.removeprefix("v"))]
        return sorted(versions, key=precedence)

    def is_head(self, commit: str) -> bool:
        """Whether a commit, a branch or a tag is HEAD."""
        return self.run("rev-parse", f"{commit}^{{commit}}") == self.run("rev-parse", "HEAD")

    def has_branch(self, remote: str, branch: str) -> bool:
        """Whether a remote repository has a branch."""
        return bool(self.run("ls-remote", "--heads", remote, f"refs/heads/{branch}").strip())

    def extract(self, commit: str, paths: tuple[str, ...], folder: Path) -> None:
        """Write files of a commit into `folder`, as they are committed.

        Raises:
            ReleaseError: the commit or a path does not exist.
        """
        # Without conversions of line ends, which a machine may be set up for.
        content = self.run("-c", "core.autocrlf=false", "archive", "--format=tar", commit, "--", *paths)
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(folder, filter="data")

    def run(self, *arguments: str) -> bytes:
        """Standard output of a git command in this repository.

        Raises:
            ReleaseError: git cannot be run, or fails.
        """
        try:
            done = subprocess.run(["git", "-C", str(self.root), *arguments], capture_output=True, check=False)
        except OSError as error:
            raise ReleaseError(f"git cannot be run: {error}: install git") from error
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()
            raise ReleaseError(f"git {' '.join(arguments)}: exit code {done.returncode}: {words}")
        return done.stdout


# https://semver.org, without build metadata, which no OCI tag can have.
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?")


def is_version(text: str) -> bool:
    """Whether `text` is a semantic version without a leading "v" and without build metadata."""
    return _VERSION.fullmatch(text) is not None


def is_prerelease(version: str) -> bool:
    """Whether a semantic version is a pre-release, such as 1.1.0-rc.1."""
    return "-" in version


def precedence(version: str) -> Version:
    """A sort key: the precedence of semantic versions (semver.org, section 11).

    >>> sorted(["1.1.0", "1.1.0-rc.2", "1.1.0-rc.10", "1.0.9"], key=precedence)
    ['1.0.9', '1.1.0-rc.2', '1.1.0-rc.10', '1.1.0']
    """
    if not is_version(version):
        raise ReleaseError(f"{version!r} is not a semantic version without build metadata, such as 1.2.3: correct it")
    return read_version(version)
