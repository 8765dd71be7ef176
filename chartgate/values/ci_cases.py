"""Cases from `ci/*-values.yaml`, the convention of chart-testing."""

from collections.abc import Callable
from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import first_document, read_values
from chartgate.tools.progress import say
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case


def ci_cases(
    chart: Path, reading: Reading, release: str, namespace: str, note: Callable[[str], None] = say
) -> list[Case]:
    """One case a file, in the order of their names; the comment at a file's top says what the case proves.

    Args:
        note: gets a sentence about each part of a file that Helm does not read.

    Raises:
        GateError: a file cannot be read or is not a mapping in YAML.
    """
    return [_case(path, reading, release, namespace, note) for path in sorted((chart / "ci").glob("*-values.yaml"))]


def _case(path: Path, reading: Reading, release: str, namespace: str, note: Callable[[str], None]) -> Case:
    text = values_text(path, reading, note=note)
    name = f"ci/{path.name.removesuffix('-values.yaml')}"
    return Case(name, _leading_comment(text), (text,), (), release, namespace, origin="ci")


def values_text(path: Path, reading: Reading, *, may_be_pipe: bool = False, note: Callable[[str], None] = say) -> str:
    """The text of a values file: of several documents the first, as Helm reads it.

    Args:
        may_be_pipe: also read what is not a regular file, such as /dev/stdin.
        note: gets a sentence about documents that Helm does not read.

    Raises:
        GateError: there is no such file, it cannot be read, or it is not a mapping in YAML.
    """
    text = reading.text(path, may_be_pipe=may_be_pipe)
    if text is None:
        raise GateError(f"{shown(path)}: there is no such file: name a values file")
    try:
        first = first_document(text)
        if first != text:
            note(f"{shown(path)}: all but the first of its documents, because Helm reads no other: make a file of each")
            text = first
        values, _ = read_values(text)
    except yaml.YAMLError as error:
        raise GateError(f"{shown(path)}: cannot be read as YAML values: {error}") from error
    if not isinstance(values, dict | None):
        raise GateError(f"{shown(path)}: holds a {type(values).__name__}: a values file is a mapping")
    return text


def _leading_comment(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# ").rstrip())
    return " ".join(filter(None, lines))
