"""What Helm does with an object: hooks that it knows, annotations that it reads, objects that are there in time."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.scopes import EachRelease
from chartgate.releases.manifests import HOOKS
from chartgate.releases.objects import EMPTY, KubeObject
from chartgate.releases.release import Release

_DELETE_POLICIES = frozenset({"hook-succeeded", "hook-failed", "before-hook-creation"})


def _is_whole_number(text: str) -> bool:
    digits = text.removeprefix("-").removeprefix("+")
    return digits.isascii() and digits.isdecimal()


def _in(known: frozenset[str]) -> Callable[[str], bool]:
    return lambda text: all(part.strip().lower() in known for part in text.split(","))


# What each annotation may be, and the same in words (Helm documentation, Chart Hooks and Tips and Tricks).
_VALUES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "helm.sh/hook-weight": (_is_whole_number, "a whole number, as a text"),
    "helm.sh/hook-delete-policy": (_in(_DELETE_POLICIES), ", ".join(sorted(_DELETE_POLICIES))),
    "helm.sh/hook-output-log-policy": (
        _in(frozenset({"hook-succeeded", "hook-failed"})),
        "hook-failed, hook-succeeded",
    ),
    "helm.sh/resource-policy": (_in(frozenset({"keep"})), "keep"),
}
_READ = frozenset({"helm.sh/hook", *_VALUES})


def judge(release: Release) -> Iterator[Fault]:
    """Faults of a release: whether an object is there in time depends on the others."""
    for obj in (*release, *release.left_out):
        yield from annotations(obj)
        yield from _too_early(obj, release)
    yield from _one_install(release)


def annotations(obj: KubeObject) -> Iterator[Fault]:
    """Faults of the annotations that Helm reads on an object."""
    for name, value in obj.annotations.items():
        where = f"metadata.annotations.{name}"
        if name == "helm.sh/hook":
            unknown = sorted(part for part in str(value).split(",") if part.strip().lower() not in HOOKS)
            if unknown:
                what = f'Helm knows no hook "{unknown[0].strip()}", and never installs the object'
                yield Fault("unknown-hook", where, what, object=obj)
        elif name in _VALUES:
            accepts, words = _VALUES[name]
            if not accepts(str(value)):
                what = f'is "{value}", which Helm does not read'
                yield Fault("annotation", where, what, f"use {words}", object=obj)
        elif name.startswith("helm.sh/") and (meant := get_close_matches(name, _READ, 1, 0.8)):
            what = "is an annotation that Helm does not read"
            yield Fault("annotation", where, what, f"write {meant[0]}, or remove it", object=obj)
    for name in sorted(_READ & obj.labels.keys()):
        what = "is a label, and Helm reads annotations only"
        yield Fault("annotation", f"metadata.labels.{name}", what, "move it to metadata.annotations", object=obj)


def _too_early(obj: KubeObject, release: Release) -> Iterator[Fault]:
    """Faults of what the pods of a pre-install hook need and Helm creates after it."""
    if "pre-install" not in _events(obj) or obj.pod_spec is None:
        return
    for where, kind, name in needed(obj.pod_spec, obj.pod_path):
        target = release.find(kind, name, obj.namespace)
        if target is None or target.template.split("/")[-2:-1] == ["crds"]:
            continue
        if "pre-install" not in _events(target):
            what = f"needs {target.about}, which Helm creates only after the pre-install hooks"
        elif _weight(target) > _weight(obj):
            what = f"needs {target.about}, a hook of weight {_weight(target)}, which comes after weight {_weight(obj)}"
        else:
            continue
        yield Fault("too-early", where, what, object=obj)


def needed(spec: Mapping[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    """(place, kind, name) of each object without which a pod of this spec does not start."""
    account = spec.get("serviceAccountName")
    if account:
        yield f"{path}.serviceAccountName", "ServiceAccount", str(account)
    for index, volume in enumerate(spec.get("volumes") or ()):
        for source in (volume, *((volume.get("projected") or EMPTY).get("sources") or ())):
            for key, kind, name_key in (
                ("configMap", "ConfigMap", "name"),
                ("secret", "Secret", "secretName"),
                ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
            ):
                reference = source.get(key)
                if reference and not reference.get("optional"):
                    yield f"{path}.volumes[{index}]", kind, str(reference.get(name_key) or reference.get("name"))
    for role in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(role) or ()):
            where = f"{path}.{role}[{index}]"
            sources = [(f"{where}.env", entry.get("valueFrom") or EMPTY) for entry in container.get("env") or ()]
            sources += [(f"{where}.envFrom", entry) for entry in container.get("envFrom") or ()]
            for place, source in sources:
                for key, kind in _SOURCES.items():
                    reference = source.get(key)
                    if reference and not reference.get("optional"):
                        yield place, kind, str(reference.get("name"))


_SOURCES = {
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
}


def _one_install(release: Release) -> Iterator[Fault]:
    """Faults of custom resources whose definition Helm has not yet installed when it looks their kind up.

    Helm asks the API server about the kinds of all ordinary objects before it creates the first object or hook.
    """
    early = {kind for obj in release.of_kind("CustomResourceDefinition") if _is_early(obj) for kind in _defined(obj)}
    late = {
        kind: obj for obj in release.of_kind("CustomResourceDefinition") if not _is_early(obj) for kind in _defined(obj)
    }
    for obj in release:
        definition = late.get(obj.kind_key)
        if definition is not None and not obj.hooks and obj.kind_key not in early:
            what = f"{definition.about} in the same templates defines its kind, so that the first install fails"
            yield Fault("one-install", "apiVersion", what, object=obj)


def _is_early(definition: KubeObject) -> bool:
    """Whether Helm installs a definition before it looks at the templates: those of a folder crds/ do."""
    return "crds" in definition.template.split("/") and "templates" not in definition.template.split("/")


def _defined(definition: KubeObject) -> Iterator[tuple[str, str]]:
    names = definition.spec.get("names") or EMPTY
    for version in definition.spec.get("versions") or ():
        yield f"{definition.spec.get('group')}/{version.get('name')}", str(names.get("kind"))


def _events(obj: KubeObject) -> frozenset[str]:
    return frozenset(hook.lower() for hook in obj.hooks)


def _weight(obj: KubeObject) -> int:
    """The weight of a hook; Helm takes what is not a number as 0."""
    text = str(obj.annotations.get("helm.sh/hook-weight", "0"))
    return int(text) if _is_whole_number(text) else 0


CHECK = Check(
    key="helm",
    title="What Helm reads on an object",
    why="Helm skips a hook that it does not know, and ignores an annotation that it cannot read, without a word.",
    source="Helm documentation, Chart Hooks and Custom Resource Definitions; helm/pkg/release/util/manifest_sorter.go",
    scopes=(EachRelease(judge, count=lambda release: len(release) + len(release.left_out)),),
    rules={
        "unknown-hook": Rule(
            "a hook is one that Helm does not know, so that Helm never installs the object",
            f"use one of {', '.join(sorted(HOOKS))}",
            "helm.sh/hook: pre-instal",
        ),
        "annotation": Rule(
            "an annotation of Helm has a value, a name or a place that Helm does not read",
            "compare the annotation with Helm's documentation",
            'helm.sh/hook-weight: "first"',
        ),
        "too-early": Rule(
            "a pre-install hook needs an object that Helm creates later",
            "make that object a pre-install hook of a lower weight, or use post-install",
            "a pre-install Job whose serviceAccountName is that of an ordinary ServiceAccount",
        ),
        "one-install": Rule(
            "a custom resource and the definition of its kind are in the templates of one release",
            "move the definition to the chart's folder crds/ or to a chart of its own",
            "templates/crd.yaml defines the kind Widget, and templates/widget.yaml makes a Widget",
        ),
    },
)
