"""The images that a release of the chart pulls, taken from the rendered objects."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from chartgate.releases.release import Release
from chartgate.releases.render import RenderError, render
from chartgate.tools.chart_files import ChartFiles, read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.tools.reading import Reading
from chartgate.values.ci_cases import ci_cases
from release.errors import ReleaseError


def images_with(chart: ChartFiles, values: Sequence[str]) -> list[str]:
    """The images of an installation with these values files (texts), tests and hooks included; sorted, each once.

    Raises:
        ReleaseError: Helm refuses the values.
    """
    try:
        release = render(chart, helm=EMBEDDED, values=tuple(values))
    except RenderError as error:
        raise ReleaseError(f"the chart cannot be rendered: {error}") from error
    return sorted(_images(release))


def every_image(chart: Path) -> list[str]:
    """The images that the chart itself names, with all its features: by default, and in each case of `ci/`.

    A case's own choice of images is undone, and images that a case adds, such as an extra container's, are left out.

    Raises:
        ReleaseError: Helm refuses a case, or no case has one of the chart's images.
    """
    files = read_chart_files(chart)
    defaults = files.mapping("values.yaml")
    undone = _chosen_images(defaults)
    undone["global"] = {"imageRegistry": ""}
    last = yaml.safe_dump(undone, sort_keys=True)
    cases = [case.values for case in ci_cases(chart, Reading(), "release", "default")]
    found = {image for values in [(), *cases] for image in images_with(files, [*values, last])}
    own = {repository: [i for i in found if i.startswith(f"{repository}:")] for repository in _repositories(defaults)}
    missing = sorted(repository for repository, images in own.items() if not images)
    if missing:
        raise ReleaseError(
            f"no case of the chart has an object with these images: {', '.join(missing)}: add one to {chart.name}/ci/"
        )
    return sorted({image for images in own.values() for image in images})


def _images(release: Release) -> set[str]:
    containers = (container for workload in release.workloads() for container in workload.containers)
    return {str(container.manifest.get("image", "")) for container in containers} - {""}


def _chosen_images(values: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the values that chooses images: each mapping with a `repository`, at its place."""
    if isinstance(values.get("repository"), str):
        return {key: value for key, value in values.items() if key in {"repository", "tag", "digest", "registry"}}
    nested = {key: _chosen_images(value) for key, value in values.items() if isinstance(value, dict)}
    return {key: value for key, value in nested.items() if value}


def _repositories(values: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(values.get("repository"), str):
        yield values["repository"]
        return
    for value in values.values():
        if isinstance(value, dict):
            yield from _repositories(value)
