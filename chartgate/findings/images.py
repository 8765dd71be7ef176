"""Images are pinned, and one value leads all of them to a registry of the user's own."""

import re
from collections.abc import Iterator, Sequence

from chartgate.findings.finding import Finding, OldCheck, Verdict, by_release
from chartgate.findings.user_values import user_values
from chartgate.findings.variants import OTHER_REGISTRY
from chartgate.releases.objects import Container, KubeObject
from chartgate.releases.rendered import Rendered

KEY = "images"
RULES = {
    "reference": "an image is no reference that a container runtime understands",
    "not-pinned": "an image has neither a digest nor a tag other than latest",
    "registry": "global.imageRegistry does not reach an image",
}
REGISTRY = "mirror.example:5000/all/"
_REFERENCE = re.compile(
    r"(?:[A-Za-z0-9][-A-Za-z0-9.]*(?::\d+)?/)?"  # registry
    r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"  # repository
    r"(?::(?P<tag>\w[-\w.]{0,127}))?(?P<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)


def examine(renders: Sequence[Rendered]) -> list[Verdict]:
    """Judge the images of each distinct release, and those of its variant with another registry."""
    verdicts = by_release(KEY, renders, _examine, count=lambda r: len(_images(r)), depends=lambda r: r.case.values)
    result = []
    for verdict in verdicts:
        variant = verdict.rendered.variants.get(OTHER_REGISTRY.key)
        moved = () if variant is None else tuple(_unmoved(Rendered(verdict.rendered.case, variant)))
        result.append(Verdict(verdict.rendered, verdict.examined, verdict.findings + moved))
    return result


def _images(rendered: Rendered) -> list[tuple[KubeObject, Container]]:
    return [(obj, container) for obj in rendered.release.workloads() for container in obj.containers]


def _examine(rendered: Rendered) -> Iterator[Finding]:
    for obj, container in _images(rendered):
        image = str(container.manifest.get("image", ""))
        found = _REFERENCE.fullmatch(image)
        if not found:
            yield _finding("reference", obj, container, f'"{image}" is no reference of an image')
        elif not found["digest"] and found["tag"] in {None, "latest"}:
            yield _finding("not-pinned", obj, container, f"{image} is another image tomorrow")


def _unmoved(rendered: Rendered) -> Iterator[Finding]:
    values = user_values(rendered.case)
    for obj, container in _images(rendered):
        image = str(container.manifest.get("image", ""))
        if not image.startswith(REGISTRY) and not values.has_container(container) and not values.makes(obj):
            yield _finding(
                "registry", obj, container, f"{image} is pulled from elsewhere though global.imageRegistry is set"
            )


def _finding(rule: str, obj: KubeObject, container: Container, what: str) -> Finding:
    return Finding(KEY, rule, obj.ref, f"{container.path} ({container.name}).image", what, CHECK.remedy)


CHECK = OldCheck(
    key=KEY,
    title="Images",
    why="A tag that moves makes two pods of one release differ; one image left behind stops an offline cluster.",
    remedy="make every image of repository, tag or digest, and global.imageRegistry by one helper",
    source="Kubernetes documentation, Images; OCI Distribution Specification, image references",
    examine=examine,
    rules=RULES,
    about="containers",
    variants=(OTHER_REGISTRY,),
)
