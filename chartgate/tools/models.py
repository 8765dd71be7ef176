"""YAML files with a model: a `msgspec.Struct` says what they hold, and their JSON Schema is generated from it.

msgspec rather than pydantic: it is strict without being told, has no dependencies, and decodes what the cache holds as
well. It stops at the first error, so jsonschema-rs looks first, with the generated schema: it names every place.
"""

from collections.abc import Hashable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import jsonschema_rs
import msgspec
import yaml
from jsonschema_rs import ValidationErrorKind as Kind

from chartgate.errors import GateError
from chartgate.tools.kubernetes_yaml import read_one
from chartgate.tools.reading import shown

T = TypeVar("T")


def parsed(content: bytes, path: Path, model: type[T], *, one_of: str = "") -> T:
    """What a YAML file holds, as its model; an empty file counts as an empty mapping.

    Args:
        one_of: what to say where exactly one of some keys has to be there, and none or more are.

    Raises:
        GateError: the file is not YAML, or does not fit the model; the message names each place.
    """
    try:
        return cast(T, _read(content, cast(Hashable, model)))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise GateError(f"{shown(path)}: is not YAML: {error}") from error
    except _MisfitError as misfit:
        complaints = (
            one_of if isinstance(error.kind, Kind.OneOfNotValid | Kind.OneOfMultipleValid) else error.message
            for error in misfit.errors
        )
        places = (_place(error.instance_path) for error in misfit.errors)
        lines = (f"{shown(path)}: {place}: {complaint}" for place, complaint in zip(places, complaints, strict=True))
        raise GateError("\n".join(lines)) from None
    except msgspec.ValidationError as error:
        raise GateError(f"{shown(path)}: {error}: correct it") from error


class _MisfitError(Exception):
    """What a file holds does not fit the schema of its model."""

    def __init__(self, errors: Sequence[jsonschema_rs.ValidationError]) -> None:
        super().__init__()
        self.errors = errors


# Many copies of a chart may have the same file, such as its settings.
@lru_cache(maxsize=16)
def _read(content: bytes, model: Hashable) -> Any:
    data = read_one(content)
    data = {} if data is None else data
    errors = sorted(_validator(model).iter_errors(data), key=lambda error: _place(error.instance_path))
    if errors:
        raise _MisfitError(errors)
    return msgspec.convert(data, model)


def schema_of(model: Any) -> dict[str, Any]:
    """The JSON Schema of a file's model."""
    (reference,), components = msgspec.json.schema_components([model], ref_template="#/$defs/{name}")
    whole: Mapping[str, Any] = components.pop(str(reference["$ref"]).rpartition("/")[2])
    definitions = {"$defs": components} if components else {}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, **definitions}


@cache
def _validator(model: Hashable) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema_of(model))


def _place(path: list[str | int]) -> str:
    """The path as in `exceptions[0].reason`; "file" for the whole."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".") or "file"
