"""ConfigMaps, Secrets, claims, service accounts and roles exist under the name and with the key referred to."""

from collections.abc import Iterator, Mapping
from typing import Any

from chartgate.findings.check import Fault
from chartgate.findings.references.surroundings import Surroundings
from chartgate.releases.objects import EMPTY, Container, KubeObject


def judge(obj: KubeObject, surroundings: Surroundings) -> Iterator[Fault]:
    """Faults of each reference by name in an object."""
    if obj.pod_template is not None:
        yield from _pod(surroundings, obj)
        for container in obj.containers:
            yield from _environment(surroundings, obj, container)
    if obj.kind in {"RoleBinding", "ClusterRoleBinding"}:
        yield from _binding(surroundings, obj)
    same = surroundings.release.by_identity[obj.identity]
    if len(same) > 1 and same[0] is obj:
        yield Fault("duplicate", "metadata.name", f"made {len(same)} times: only one can exist")


def _pod(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    spec, path = obj.pod_spec or EMPTY, obj.pod_path
    account = spec.get("serviceAccountName")
    if account:
        yield from surroundings.missing(obj, f"{path}.serviceAccountName", "ServiceAccount", account)
    for index, secret in enumerate(spec.get("imagePullSecrets") or ()):
        yield from surroundings.missing(obj, f"{path}.imagePullSecrets[{index}]", "Secret", secret.get("name", ""))
    for index, volume in enumerate(spec.get("volumes") or ()):
        where = f"{path}.volumes[{index}]"
        for source in (volume, *((volume.get("projected") or {}).get("sources") or ())):
            yield from _volume_source(surroundings, obj, where, source)
        yield from _sub_paths(surroundings, obj, volume)


def _volume_source(
    surroundings: Surroundings, obj: KubeObject, where: str, source: Mapping[str, Any]
) -> Iterator[Fault]:
    for key, kind, name_key in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
        data = source.get(key)
        if data and not data.get("optional"):
            name = data.get(name_key) or data.get("name", "")  # a projected secret says `name`
            keys = [item["key"] for item in data.get("items") or ()]
            yield from _keyed(surroundings, obj, f"{where}.{key}", kind, name, keys)
    claim = source.get("persistentVolumeClaim")
    if claim:
        yield from surroundings.missing(
            obj, f"{where}.persistentVolumeClaim", "PersistentVolumeClaim", claim["claimName"]
        )


def _sub_paths(surroundings: Surroundings, obj: KubeObject, volume: Mapping[str, Any]) -> Iterator[Fault]:
    """A subPath of a ConfigMap or Secret that is no file of it would be mounted as an empty folder."""
    for key, kind, name_key in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
        data = volume.get(key) or EMPTY
        target = surroundings.release.find(kind, data.get(name_key, ""), obj.namespace)
        if target is None:
            continue
        files = {item["path"] for item in data.get("items") or ()} or _keys(target)
        if not files or _is_filled_later(target):
            continue
        for container in obj.containers:
            for index, mount in enumerate(container.items("volumeMounts")):
                if mount["name"] == volume["name"] and mount.get("subPath") and mount["subPath"] not in files:
                    where = f"{container.path}.volumeMounts[{index}].subPath"
                    what = f"{mount['subPath']} is no key of {target.about}"
                    yield Fault("missing-key", where, what, "correct the key")


def _environment(surroundings: Surroundings, obj: KubeObject, container: Container) -> Iterator[Fault]:
    for index, entry in enumerate(container.items("env")):
        source = entry.get("valueFrom") or {}
        for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            data = source.get(key)
            if data and not data.get("optional"):
                where = f"{container.path}.env[{index}] ({entry['name']})"
                yield from _keyed(surroundings, obj, where, kind, data.get("name", ""), [data["key"]])
    for index, entry in enumerate(container.items("envFrom")):
        for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            data = entry.get(key)
            if data and not data.get("optional"):
                yield from surroundings.missing(obj, f"{container.path}.envFrom[{index}]", kind, data.get("name", ""))


def _keyed(
    surroundings: Surroundings, obj: KubeObject, where: str, kind: str, name: str, keys: list[str]
) -> Iterator[Fault]:
    target = surroundings.release.find(kind, name, obj.namespace)
    if target is None:
        yield from surroundings.missing(obj, where, kind, name)
        return
    for key in [] if _is_filled_later(target) else keys:
        if key not in _keys(target):
            what = f"key {key} is not in {target.about}"
            yield Fault("missing-key", where, what, "correct the key, or add it there")


# The labels by which OpenShift fills a ConfigMap.
_FILLERS = ("config.openshift.io/inject-trusted-cabundle", "service.beta.openshift.io/inject-cabundle")


def _is_filled_later(target: KubeObject) -> bool:
    """Whether Kubernetes or another program adds keys: to a token of a service account, and to what has no data."""
    if target.kind == "Secret" and target.manifest.get("type") == "kubernetes.io/service-account-token":
        return True
    marked = {*target.labels, *target.annotations} & set(_FILLERS)
    return bool(marked) or not _keys(target)


def _keys(target: KubeObject) -> set[str]:
    return {key for part in ("data", "stringData", "binaryData") for key in target.manifest.get(part) or ()}


def _binding(surroundings: Surroundings, obj: KubeObject) -> Iterator[Fault]:
    role = obj.manifest.get("roleRef") or {}
    builtin = role.get("name") in {"admin", "cluster-admin", "edit", "view"} or str(role.get("name")).startswith(
        "system:"
    )
    if not builtin:
        yield from surroundings.missing(obj, "roleRef", role.get("kind", ""), role.get("name", ""))
    for index, subject in enumerate(obj.manifest.get("subjects") or ()):
        if subject.get("kind") == "ServiceAccount":
            namespace = subject.get("namespace")
            yield from surroundings.missing(obj, f"subjects[{index}]", "ServiceAccount", subject["name"], namespace)
