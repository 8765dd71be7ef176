"""Cases from `ci/*-values.yaml`, the convention of chart-testing."""

from pathlib import Path

import yaml

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_values
from chartgate.tools.reading import Reading, shown
from chartgate.values.case import Case


def ci_cases(chart: Path, reading: Reading, release: str, namespace: str) -> list[Case]:
    """One case a file, in the order of their names; the comment at a file's top says what the case proves.

    Raises:
        GateError: a file cannot be read or is not a mapping in YAML.
    """
    return [_case(path, reading, release, namespace) for path in sorted((chart / "ci").glob("*-values.yaml"))]


def _case(path: Path, reading: Reading, release: str, namespace: str) -> Case:
    text = values_text(path, reading)
    name = f"ci/{path.name.removesuffix('-values.yaml')}"
    return Case(name, _leading_comment(text), (text,), (), release, namespace, origin="ci")


def values_text(path: Path, reading: Reading, *, may_be_pipe: bool = False) -> str:
    """The text of a values file.

    Args:
        may_be_pipe: also read what is not a regular file, such as /dev/stdin.

    Raises:
        GateError: there is no such file, it cannot be read, or it is not a mapping in YAML.
    """
    text = reading.text(path, may_be_pipe=may_be_pipe)
    if text is None:
        raise GateError(f"{shown(path)}: there is no such file: name a values file")
    try:
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
