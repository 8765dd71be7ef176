"""A git repository with what a release is made of, as the working tree has it: tests commit, tag and break it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from release.generate import outputs

ROOT = Path(__file__).parent.parent
MADE_FROM = ("docs/interfaces.md", "chartgate/values/*.schema.json")
PARTS = ("charts/claude-relay", "release", "CHANGELOG.md", "LICENSE", ".gitignore", *MADE_FROM)
FIRST_COMMIT = 1_760_000_000
"""Seconds since 1970; each further commit is a day later."""


@dataclass
class ProjectCopy:
    """The repository in `root`. Its files can be changed like any others."""

    root: Path
    commits: int = 0

    @property
    def chart(self) -> Path:
        return self.root / "charts" / "claude-relay"

    def commit(self, tag: str = "") -> None:
        """Commit everything, and tag it if a tag is given."""
        when = f"{FIRST_COMMIT + self.commits * 86400} +0000"
        self.commits += 1
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", f"commit {self.commits}", **dates)
        if tag:
            self.git("tag", tag)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text of a file that is in it once."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def raise_version(self, version: str, changes: str = "- A change.") -> None:
        """Give the chart a version, with an entry in the changelog."""
        text = (self.chart / "Chart.yaml").read_text(encoding="utf-8")
        present = next(line for line in text.splitlines() if line.startswith("version:"))
        self.edit("charts/claude-relay/Chart.yaml", f"\n{present}\n", f"\nversion: {version}\n")
        changelog = self.root / "CHANGELOG.md"
        head, heading, rest = changelog.read_text(encoding="utf-8").partition("\n## ")
        changelog.write_text(f"{head}\n## {version}\n\n{changes}\n{heading}{rest}", encoding="utf-8")

    def generate(self) -> None:
        """Write the generated files, as `make generate` does."""
        for path, text in outputs(self.root).items():
            path.write_text(text, encoding="utf-8")

    def git(self, *arguments: str, **environment: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *identity, *arguments]
        done = subprocess.run(
            command, cwd=self.root, env={**os.environ, **environment}, capture_output=True, text=True, check=True
        )
        return done.stdout


def copy_project(folder: Path) -> ProjectCopy:
    """Make the repository in `folder`, with one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PARTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    project = ProjectCopy(folder)
    project.git("init", "--quiet", "--initial-branch=main")
    project.commit()
    return project
