"""Lists and texts of single kinds that must be there and not be empty. Each table names its function in Kubernetes."""

from collections.abc import Iterator, Mapping

from chartgate.findings.api_server.fault import Fault, places
from chartgate.releases.objects import EMPTY, KubeObject

_WEBHOOK_RULES = {
    f"webhooks[].rules[].{field}": "and a rule must have it"
    for field in ("apiGroups", "apiVersions", "operations", "resources")
}
# A field by its path, and the end of the sentence that begins with `is empty`.
FILLED: Mapping[str, Mapping[str, str]] = {
    # pkg/apis/networking/validation: ValidateIngressClass, validateHTTPIngressRuleValue.
    "IngressClass": {"spec.controller": "and an IngressClass must have it"},
    "Ingress": {"spec.rules[].http.paths": "and http must have a path"},
    # pkg/apis/core/validation: ValidatePersistentVolumeSpec, validateEndpointSubsets.
    "PersistentVolume": {"spec.accessModes": "and a volume must have one", "spec.capacity.storage": "and must be set"},
    # pkg/apis/rbac/validation: ValidatePolicyRule, ValidateClusterRole.
    "Role": {"rules[].verbs": "and a rule must have one"},
    "ClusterRole": {
        "rules[].verbs": "and a rule must have one",
        "aggregationRule.clusterRoleSelectors": "and an aggregationRule must have one",
    },
    # pkg/apis/storage/validation: validateAllowedTopologies.
    "StorageClass": {"allowedTopologies[].matchLabelExpressions[].values": "and must have one"},
    "MutatingWebhookConfiguration": _WEBHOOK_RULES,
    "ValidatingWebhookConfiguration": _WEBHOOK_RULES,
    # pkg/apis/discovery/validation: validateEndpoints.
    "EndpointSlice": {"endpoints[].addresses": "and an endpoint must have one"},
    # pkg/apis/autoscaling/validation: validateScalingRules.
    "HorizontalPodAutoscaler": {
        **{f"spec.behavior.{way}.policies": "and must have a policy" for way in ("scaleUp", "scaleDown")},
    },
    # kube-aggregator, pkg/apis/apiregistration/validation: ValidateAPIService.
    "APIService": {"spec.service.name": "and must be set", "spec.service.namespace": "and must be set"},
    # apiextensions-apiserver, pkg/apis/apiextensions/validation: ValidateCustomResourceDefinitionSpec.
    "CustomResourceDefinition": {
        "spec.scope": "and must be Cluster or Namespaced",
        "spec.versions[].schema": "and a version must have it",
        "spec.versions[].schema.openAPIV3Schema": "and a version must have it",
    },
}
# Those that may be missing but not empty, and those that may be missing together with the part around them.
MAY_BE_MISSING = frozenset({"spec.behavior.scaleUp.policies", "spec.behavior.scaleDown.policies"})
WITH_PARENT = MAY_BE_MISSING | {"aggregationRule.clusterRoleSelectors", "spec.service.name", "spec.service.namespace"}


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each such part of the object that is missing or empty."""
    for path, why in FILLED.get(obj.kind, {}).items():
        parent, _, key = path.rpartition(".")
        nodes = list(places(obj.manifest, parent))
        if not nodes and "[]" not in parent and path not in WITH_PARENT:
            nodes = [(parent, EMPTY)]
        for where, node in nodes:
            value = node.get(key) if isinstance(node, Mapping) else key
            if not value and not (value is None and path in MAY_BE_MISSING):
                yield Fault("required", f"{where}.{key}", value, f"is empty, {why}")
