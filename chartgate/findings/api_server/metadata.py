"""The metadata of objects and of pods: names, labels and annotations. The check `names` looks at their characters."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault
from chartgate.findings.forms import is_qualified_name
from chartgate.releases.objects import KubeObject

LARGEST = 256 * 1024
"""Bytes of all annotations of an object (TotalAnnotationSizeLimitB)."""


def judge(obj: KubeObject) -> Iterator[Fault]:
    """ValidateObjectMeta, ValidateAnnotations."""
    # A LimitRange without a name gets one.
    if not obj.metadata.get("name") and not obj.metadata.get("generateName") and obj.kind != "LimitRange":
        yield Fault("required", "metadata.name", "", "is empty, and an object must have it")
    yield from _annotations("metadata.annotations", obj.annotations)
    if obj.pod_template is not None and obj.kind != "Pod":
        path = obj.pod_path.removesuffix(".spec")
        metadata = obj.pod_template.get("metadata") or {}
        yield from _annotations(f"{path}.metadata.annotations", metadata.get("annotations") or {})


def _annotations(where: str, annotations: Mapping[str, Any]) -> Iterator[Fault]:
    for key in annotations:
        if not is_qualified_name(str(key).lower()):
            yield Fault("format", f"{where}[{key}]", key, f'"{key}" is not a valid key of an annotation')
    size = sum(len(str(key).encode()) + len(str(value).encode()) for key, value in annotations.items())
    if size > LARGEST:
        yield Fault("size", where, size, f"have {size} bytes, and at most {LARGEST} are allowed")
