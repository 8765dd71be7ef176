"""The published repository in git: the branch gh-pages, which GitHub Pages serves."""

from pathlib import Path

from release.errors import ReleaseError
from release.git import Repository
from release.index import FILE

BRANCH = "gh-pages"
REMOTE = "origin"
# GitHub Pages leaves out what Jekyll does not know, unless this file is there.
NO_JEKYLL = ".nojekyll"


def check_out(root: Path, folder: Path) -> None:
    """Check out the branch in a new folder. The branch of a first release is empty.

    Raises:
        ReleaseError: the folder exists, the branch has no index, or git fails.
    """
    if folder.exists():
        raise ReleaseError(f"{folder} exists: name a new folder")
    repository = Repository(root)
    if repository.has_branch(REMOTE, BRANCH):
        repository.run("fetch", "--quiet", REMOTE, BRANCH)
        repository.run("worktree", "add", "--quiet", "--detach", str(folder.absolute()), "FETCH_HEAD")
        if not (folder / FILE).exists():
            raise ReleaseError(f"the branch {BRANCH} has no {FILE}: restore it, or delete the branch to begin anew")
    else:
        repository.run("worktree", "add", "--quiet", "--detach", str(folder.absolute()), "HEAD")
        Repository(folder).run("switch", "--quiet", "--orphan", BRANCH)
    (folder / NO_JEKYLL).touch()


def publish(folder: Path, version: str) -> bool:
    """Commit what is in the folder and push it to the branch; False if nothing has changed.

    Raises:
        ReleaseError: git fails, such as when somebody else has published meanwhile.
    """
    pages = Repository(folder)
    pages.run("add", "--all")
    if not pages.run("status", "--porcelain").strip():
        return False
    identity = ("-c", "user.name=release", "-c", "user.email=release@localhost")
    pages.run(*identity, "commit", "--quiet", "--message", f"Release {version}")
    # Never by force: a push that would lose another release's entries is refused.
    pages.run("push", "--quiet", REMOTE, f"HEAD:refs/heads/{BRANCH}")
    return True
