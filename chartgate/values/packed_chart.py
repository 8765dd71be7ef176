"""A packed chart, as `helm package` makes it: unpacked into the cache once, so that it is read as any other."""

import hashlib
import io
import os
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from chartgate.errors import GateError
from chartgate.tools.cache import cache_folder, write_whole
from chartgate.tools.reading import Reading, shown

KIND = "archives"
"""The folder of the cache that holds what is unpacked."""
MOST_BYTES = 100 * 1024 * 1024
"""Helm refuses a chart that is larger when it is unpacked."""


def is_packed(path: Path) -> bool:
    """Whether a path names an archive and not a folder."""
    return path.name.endswith((".tgz", ".tar.gz")) and not path.is_dir()


def unpacked(path: Path) -> Path:
    """The chart's folder in the cache.

    Raises:
        GateError: there is no such file, or it is no archive of one chart.
    """
    content = Reading().content(path, may_be_pipe=True)
    if content is None:
        raise GateError(f"{shown(path)}: there is no such file: name the archive of a chart")
    folder = cache_folder(KIND, hashlib.sha256(content).hexdigest())
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            return _unpack(archive, folder, path)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise GateError(f"{shown(path)}: is not the archive of a chart ({error}): make it with helm package") from error


def _unpack(archive: tarfile.TarFile, folder: Path, path: Path) -> Path:
    """Write the files that are not there yet. The folder is named by the hash of the archive: those there are right."""
    files: dict[PurePosixPath, tarfile.TarInfo] = {}
    total = 0
    for entry in archive:
        name = PurePosixPath(entry.name)
        if not entry.isfile():
            continue
        if name.is_absolute() or ".." in name.parts or len(name.parts) < 2:
            raise GateError(f"{shown(path)}: holds {shown(Path(entry.name))}, which is not inside the chart's folder")
        files[name] = entry
        total += entry.size
        if total > MOST_BYTES:
            raise GateError(f"{shown(path)}: is larger than {MOST_BYTES // 1024**2} MiB when unpacked: Helm refuses it")
    folders = {name.parts[0] for name in files}
    if len(folders) != 1:
        raise GateError(
            f"{shown(path)}: holds {len(folders)} folders: the archive of a chart has exactly one, with its name"
        )
    for name, entry in files.items():
        target = folder.joinpath(*name.parts)
        if not target.is_file() or target.stat().st_size != entry.size:
            content = archive.extractfile(entry)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content.read() if content else b"")
    os.utime(folder)  # what nobody has asked for in two weeks is forgotten
    return folder / folders.pop()
