"""The renders that tests make, as the pytest plugin records them: a JSON object a line."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from chartgate.errors import GateError
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case


class RecordedRender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One render: by which test, of which values, for which cluster."""

    test: str
    values: tuple[str, ...]
    sets: tuple[str, ...]
    release: str
    namespace: str
    kubernetes: str
    api_versions: tuple[str, ...]

    @property
    def case(self) -> Case:
        """The case that renders the same."""
        return Case(
            self.test,
            values=self.values,
            sets=self.sets,
            release=self.release,
            namespace=self.namespace,
            kubernetes=self.kubernetes,
            api_versions=self.api_versions,
        )

    @property
    def line(self) -> bytes:
        """The line of the file."""
        return msgspec.json.encode(self) + b"\n"


def recorded_cases(path: Path) -> list[Case]:
    """The cases of a file that the plugin wrote; each distinct render is one, under the name of the first test.

    Raises:
        GateError: there is no such file, or it is none that the plugin wrote.
    """
    distinct: dict[RecordedRender, RecordedRender] = {}
    for render in _renders(path):
        distinct.setdefault(msgspec.structs.replace(render, test=""), render)
    return [render.case for render in distinct.values()]


def _renders(path: Path) -> Iterator[RecordedRender]:
    content = Reading().content(path)
    if content is None:
        raise GateError(f"{shown(path)}: there is no such file: record one with pytest --chartgate-coverage FILE")
    for number, line in enumerate(content.splitlines(), 1):
        try:
            yield msgspec.json.decode(line, type=RecordedRender)
        except (msgspec.DecodeError, ValueError) as error:
            raise GateError(
                f"{shown(path)}: line {number}: {error}: record it anew with pytest --chartgate-coverage FILE"
            ) from error
