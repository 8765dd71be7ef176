"""What a failed test's namespace looked like: events, logs and objects, without the secrets in them."""

import json
from collections.abc import Iterable

from chartgate.releases.objects import KubeObject, kube_object
from chartgate.reports.masking import as_yaml, masked, secret_texts, without_secrets
from tests.e2e.cluster.namespace import KubectlError, Namespace

HELM_RECORD = "helm.sh/release.v1"
LOG_LINES = 300
KINDS = (
    "pods,deployments,statefulsets,replicasets,services,endpointslices,configmaps,secrets,persistentvolumeclaims,"
    "networkpolicies,ingresses,horizontalpodautoscalers,poddisruptionbudgets"
)


def sections(namespaces: Iterable[Namespace]) -> list[tuple[str, str]]:
    """Title and text of each section of the report."""
    found = []
    for namespace in namespaces:
        objects = _objects(namespace)
        secrets = secret_texts(objects)
        texts = {
            "events": _told(namespace, "get", "events", "--sort-by=.lastTimestamp"),
            "pods": _told(namespace, "get", "pods", "-o", "wide"),
            "logs": _logs(namespace, objects),
            "objects": "---\n".join(as_yaml(masked(obj)) for obj in objects),
        }
        found += [(f"{namespace.name}: {title}", without_secrets(text, secrets)) for title, text in texts.items()]
    return found


def _objects(namespace: Namespace) -> list[KubeObject]:
    try:
        items = json.loads(namespace.kubectl("get", KINDS, "-o", "json"))["items"]
    except KubectlError:
        return []
    return [kube_object(item, "", namespace.name) for item in items if item.get("type") != HELM_RECORD]


def _logs(namespace: Namespace, objects: Iterable[KubeObject]) -> str:
    texts = []
    for pod in (obj for obj in objects if obj.kind == "Pod"):
        for previous in (False, True):
            options = ["--all-containers", "--prefix", f"--tail={LOG_LINES}", f"--previous={str(previous).lower()}"]
            text = _told(namespace, "logs", pod.name, *options)
            if text and not (previous and "not found" in text):
                texts.append(text)
    return "\n".join(texts)


def _told(namespace: Namespace, *arguments: str) -> str:
    """kubectl's answer, or why there is none."""
    try:
        return namespace.kubectl(*arguments, seconds=60)
    except KubectlError as error:
        return str(error)
