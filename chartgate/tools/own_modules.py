"""Loads Python modules from files that were read before, so that the code that runs is the code in the cache keys.

No bytecode is written beside the modules, even if they import each other later.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

PREFIX = "chartgate_own_"
"""How the packages are called in which the modules are, with a digest at the end: other content is another package."""

_contents: dict[str, bytes] = {}


class _Loader(SourceFileLoader):
    """Loads a module from the content that was read, and neither reads nor writes bytecode."""

    def get_data(self, path: str) -> bytes:
        if path not in _contents:
            raise OSError(f"{path} was not there when the folder was read")
        return _contents[path]

    def path_stats(self, path: str) -> Mapping[str, float]:
        raise OSError(f"no bytecode of {path} is kept")


class _Finder(MetaPathFinder):
    """Finds the modules of a package in the folder that the package was made of."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(PREFIX):
            return None
        found = (FileFinder(folder, (_Loader, [".py"])).find_spec(fullname) for folder in path or ())
        return next((spec for spec in found if spec), None)


_finder = _Finder()


def load(folder: Path, contents: Mapping[Path, bytes], digest: str, name: str) -> ModuleType:
    """Load a module of a folder. It can import other modules of the folder (`from ._other import …`). A module with the
    same digest runs once.

    Args:
        contents: the files of the folder.
        digest: a hash of the folder and the contents.

    Raises:
        Exception: what the module raises, or a SyntaxError in it.
    """
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
    _contents.update({str(path.absolute()): content for path, content in contents.items()})
    package = f"{PREFIX}{digest[:16]}"
    if package not in sys.modules:
        made = ModuleType(package, "The checks of a folder.")
        made.__path__ = [str(folder.absolute())]
        sys.modules[package] = made
    return import_module(f"{package}.{name}")
