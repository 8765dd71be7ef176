"""Images are pinned, and one value leads all of them to a registry of the user's own."""

import re
from collections.abc import Callable, Iterator

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachComparison, EachContainer
from chartgate.findings.user_values import UserValues
from chartgate.releases.comparisons import OTHER_REGISTRY, REGISTRY
from chartgate.releases.objects import Container, KubeObject
from chartgate.releases.release import Release
from chartgate.releases.rendered import Rendered

_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9][-A-Za-z0-9.]*(?::\d+)?/)?"  # registry
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"  # repository
    r"(?::(?P<tag>\w[-\w.]{0,127}))?(?P<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)


def judge(_: KubeObject, container: Container) -> Iterator[Fault]:
    """Faults of the image of a container."""
    image = str(container.manifest.get("image", ""))
    found = _REFERENCE.fullmatch(image)
    if not found:
        yield Fault("reference", _place(container), f'"{image}" is no reference of an image')
    elif not found["digest"] and found["tag"] in {None, "latest"}:
        yield Fault("not-pinned", _place(container), f"{image} is another image tomorrow")


def judge_registry(_: Rendered, moved: Release) -> Iterator[Fault]:
    """Faults of images that do not come from the registry that global.imageRegistry names."""
    for obj in moved:
        for container in obj.containers:
            image = str(container.manifest.get("image", ""))
            if not image.startswith(REGISTRY):
                what = f"{image} is pulled from elsewhere though global.imageRegistry is set"
                yield Fault("registry", _place(container), what, object=obj, unless=_written(obj, container))


def _written(obj: KubeObject, container: Container) -> Callable[[UserValues], bool]:
    return lambda values: values.has_container(container) or values.makes(obj)


def _place(container: Container) -> str:
    return f"{container.path} ({container.name}).image"


CHECK = Check(
    key="images",
    title="Images",
    why="A tag that moves makes two pods of one release differ; one image left behind stops an offline cluster.",
    source="Kubernetes documentation, Images; OCI Distribution Specification, image references",
    scopes=(EachContainer(judge), EachComparison(OTHER_REGISTRY, judge_registry)),
    rules={
        "reference": Rule(
            "an image is no reference that a container runtime understands",
            "make every image of repository, tag or digest by one helper",
            "image: nginx:1.27:",
        ),
        "not-pinned": Rule(
            "an image has neither a digest nor a tag other than latest",
            "give the image a tag or a digest of its own",
            "image: nginx",
            severity="warning",
        ),
        "registry": Rule(
            "global.imageRegistry does not reach an image",
            "make every image, and global.imageRegistry with it, by one helper",
            "image: docker.io/nginx:1.27, and values.yaml has global.imageRegistry",
            severity="warning",
        ),
    },
    about="containers",
)
