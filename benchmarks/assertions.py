"""What every case of claude-relay has to show, written once: chartgate and helm-unittest are asked the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RELEASE = "$release"
"""Stands for the name of the case's release."""


@dataclass(frozen=True)
class Assertion:
    """One fact about the object of a template. `kind` is helm-unittest's word: equal, exists or matchRegex."""

    template: str
    kind: str
    path: str
    value: Any = None

    def for_helm_unittest(self, release: str) -> dict[str, Any]:
        """The assertion as an entry of `asserts`."""
        # Only a quoted key may hold a dot there, where chartgate's own paths have it in brackets already.
        said: dict[str, Any] = {"path": self.path}
        if self.kind == "equal":
            said["value"] = self._expected(release)
        elif self.kind == "matchRegex":
            said["pattern"] = self.value
        return {self.kind: said, "template": self.template}

    def holds(self, manifest: Mapping[str, Any], release: str) -> bool:
        """Whether an object shows it."""
        found = _at(manifest, self.path)
        match self.kind:
            case "equal":
                return bool(found == self._expected(release))
            case "exists":
                return found is not None
            case "matchRegex":
                return isinstance(found, str) and re.search(self.value, found) is not None
        raise ValueError(f"no such assertion: {self.kind}")

    def _expected(self, release: str) -> Any:
        return release if self.value == RELEASE else self.value


_DEPLOYMENT, _SERVICE = "templates/deployment.yaml", "templates/service.yaml"
_CONFIG, _SCRIPTS = "templates/configmap.yaml", "templates/configmap-scripts.yaml"
_POD = "spec.template.spec"
_LABEL = '["app.kubernetes.io/{}"]'

ASSERTIONS = (
    Assertion(_DEPLOYMENT, "equal", "kind", "Deployment"),
    Assertion(_DEPLOYMENT, "equal", "apiVersion", "apps/v1"),
    Assertion(_DEPLOYMENT, "equal", "metadata.namespace", "apps"),
    Assertion(_DEPLOYMENT, "equal", f"spec.selector.matchLabels{_LABEL.format('instance')}", RELEASE),
    Assertion(_DEPLOYMENT, "equal", f"{_POD}.securityContext.runAsNonRoot", value=True),
    Assertion(_DEPLOYMENT, "equal", f"{_POD}.securityContext.seccompProfile.type", "RuntimeDefault"),
    Assertion(_DEPLOYMENT, "equal", f"{_POD}.containers[0].name", "http"),
    Assertion(_DEPLOYMENT, "exists", f"{_POD}.containers[0].resources.limits.memory"),
    Assertion(_DEPLOYMENT, "equal", f"{_POD}.containers[0].securityContext.readOnlyRootFilesystem", value=True),
    Assertion(_DEPLOYMENT, "equal", f"{_POD}.containers[0].volumeMounts[4].mountPath", "/etc/claude-relay/scripts"),
    Assertion(_DEPLOYMENT, "matchRegex", 'spec.template.metadata.annotations["checksum/scripts"]', "^[0-9a-f]{64}$"),
    Assertion(_SERVICE, "equal", "kind", "Service"),
    Assertion(_SERVICE, "equal", "spec.ports[0].targetPort", "http"),
    Assertion(_SERVICE, "equal", f"spec.selector{_LABEL.format('instance')}", RELEASE),
    Assertion(_CONFIG, "equal", "data.API_KEY_PREFIX", "cr_"),
    Assertion(_CONFIG, "equal", f"metadata.labels{_LABEL.format('managed-by')}", "Helm"),
    Assertion(_SCRIPTS, "matchRegex", 'data["ready.sh"]', "Redis"),
    Assertion(_SCRIPTS, "exists", 'data["wait-for-redis.js"]'),
)

_PART = re.compile(r'\["([^"]+)"\]|\[(\d+)\]|([^.\[]+)')


def _at(value: Any, path: str) -> Any:
    """The value at a path; None where a part is missing."""
    for quoted, index, plain in _PART.findall(path):
        if index:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        else:
            value = value.get(quoted or plain) if isinstance(value, Mapping) else None
    return value
