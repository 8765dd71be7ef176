"""Namespaces and what limits their pods. Each rule names its function in Kubernetes."""

from collections.abc import Iterator

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.findings.forms import is_qualified_name
from chartgate.releases.objects import KubeObject


def _namespace(obj: KubeObject) -> Iterator[Fault]:
    """k8s.io/pod-security-admission, admission: ValidateNamespace."""
    for mode in ("enforce", "audit", "warn"):
        level = obj.labels.get(f"pod-security.kubernetes.io/{mode}")
        if level is not None and level not in {"privileged", "baseline", "restricted"}:
            where = f"metadata.labels[pod-security.kubernetes.io/{mode}]"
            yield Fault("enum", where, level, f'is "{level}", and must be one of privileged, baseline, restricted')


def _limits(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateLimitRange."""
    seen = set()
    for where, kind in places(obj.spec, "limits[].type", "spec"):
        if kind in seen:
            yield Fault("repeated", where, kind, f'"{kind}" appears twice')
        if not is_qualified_name(str(kind)):
            yield Fault("format", where, kind, f'is "{kind}", and must be Container, Pod or PersistentVolumeClaim')
        seen.add(kind)


RULES: Rules = {"Namespace": (_namespace,), "LimitRange": (_limits,)}
