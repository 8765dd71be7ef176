"""Single files out of archives, nested or not. Nothing is unpacked to disk, so no member name can escape a folder."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase

from chartgate.errors import GateError


def members(archive: bytes, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each regular file in a zip or tar archive whose name, or last part of it, matches `pattern`.

    Raises:
        GateError: `archive` is neither a zip nor a tar archive.
    """
    if zipfile.is_zipfile(io.BytesIO(archive)):
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            for name in bundle.namelist():
                if _matches(name, pattern) and not name.endswith("/"):
                    yield name, bundle.read(name)
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as ball:
            for entry in ball:
                if entry.isfile() and _matches(entry.name, pattern):
                    content = ball.extractfile(entry)
                    if content is not None:
                        yield entry.name, content.read()
    except tarfile.TarError as error:
        raise GateError(
            f"a downloaded archive cannot be read ({error}): remove it from the cache and try again"
        ) from error


def member(archive: bytes, path: tuple[str, ...]) -> bytes:
    """The one file at the end of `path`: each part a glob pattern inside the archive that the part before it named.

    Raises:
        GateError: a part matches nothing.
    """
    content = archive
    for pattern in path:
        found = next((data for _, data in members(content, pattern)), None)
        if found is None:
            raise GateError(
                f"the downloaded archive holds no {pattern}: the catalogue's entry does not fit this package"
            )
        content = found
    return content


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name.rsplit("/", 1)[-1], pattern)
