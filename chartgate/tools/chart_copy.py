"""A copy of a chart's folder that may be changed, with everything around it where the chart expects it."""

import shutil
import stat
from pathlib import Path

LEFT_OUT = (".git", ".venv")
"""The names of large folders that no test needs in a copy of the chart."""


def copied_chart(folder: Path, scratch: Path) -> Path:
    """A copy of a chart's folder within `scratch`; all that lies around the chart is there as symbolic links.

    A chart may refer to files outside its folder, such as `../../docs/values.md` in its settings. They are found up to
    the folder that holds `.git`; without one, beside the chart.

    Args:
        folder: the chart's folder.
        scratch: an empty folder, or one to create.

    Returns:
        The folder of the copy.
    """
    folder = folder.resolve()
    top = next((parent for parent in folder.parents if (parent / ".git").exists()), folder.parent)
    copy, real = scratch, top
    copy.mkdir(exist_ok=True)
    for part in folder.relative_to(top).parts:
        for sibling in real.iterdir():
            if sibling.name not in {part, ".git"}:
                (copy / sibling.name).symlink_to(sibling)
        copy, real = copy / part, real / part
        if real != folder:
            copy.mkdir()
    # A link that leads nowhere may be in a folder that Helm ignores.
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), ignore_dangling_symlinks=True)
    for path in (copy, *copy.rglob("*")):
        # The chart may be read-only.
        path.chmod(path.stat().st_mode | stat.S_IRUSR | stat.S_IWUSR | (stat.S_IXUSR if path.is_dir() else 0))
    return copy
