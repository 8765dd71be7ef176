"""Parts of single kinds that are required, and parts that exclude each other. Each names its function in Kubernetes.

The kinds that most charts have are in `shapes.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chartgate.findings.api_server.fault import Fault, places
from chartgate.findings.api_server.texts import ADDRESS, SUBDOMAIN, is_qualified_name
from chartgate.releases.objects import EMPTY, KubeObject

_WEBHOOK_RULES = {
    f"webhooks[].rules[].{field}": "and a rule must have it"
    for field in ("apiGroups", "apiVersions", "operations", "resources")
}
# A list or text that must be there and not be empty, and why.
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
_METRIC_SOURCES = {
    "Resource": "resource",
    "Pods": "pods",
    "External": "external",
    "Object": "object",
    "ContainerResource": "containerResource",
}
_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """A fault for each part of the object that is missing or one too many."""
    for path, why in FILLED.get(obj.kind, {}).items():
        parent, _, key = path.rpartition(".")
        nodes = list(places(obj.manifest, parent))
        if not nodes and "[]" not in parent and path not in WITH_PARENT:
            nodes = [(parent, EMPTY)]
        for where, node in nodes:
            value = node.get(key) if isinstance(node, Mapping) else key
            if not value and not (value is None and path in MAY_BE_MISSING):
                yield Fault("required", f"{where}.{key}", value, f"is empty, {why}")
    rules = _RULES.get(obj.kind)
    if rules is not None:
        yield from rules(obj)


def _service(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateService, validateServiceExternalTrafficPolicy."""
    spec, kind = obj.spec, obj.spec.get("type") or "ClusterIP"
    if kind == "ClusterIP":
        for where, port in places(spec, "ports[].nodePort", "spec"):
            if port:
                yield Fault("exclusive", where, port, "is set, and a Service of type ClusterIP may not have it")
    if kind != "LoadBalancer":
        for field in ("loadBalancerClass", "loadBalancerSourceRanges"):
            if spec.get(field):
                what = "is set, and only a Service of type LoadBalancer may have it"
                yield Fault("exclusive", f"spec.{field}", spec[field], what)
    if spec.get("healthCheckNodePort") and (kind != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local"):
        what = "is set, and needs type LoadBalancer and externalTrafficPolicy Local"
        yield Fault("exclusive", "spec.healthCheckNodePort", spec["healthCheckNodePort"], what)
    if kind == "ExternalName" and spec.get("clusterIP"):
        what = "is set, and a Service of type ExternalName may not have it"
        yield Fault("exclusive", "spec.clusterIP", spec["clusterIP"], what)


def _workload(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/apps/validation: ValidateDeploymentStrategy, ValidateDaemonSetUpdateStrategy and their like."""
    key, other = ("strategy", "Recreate") if obj.kind == "Deployment" else ("updateStrategy", "OnDelete")
    strategy = obj.spec.get(key) or EMPTY
    if strategy.get("type") == other and strategy.get("rollingUpdate") is not None and obj.kind != "DaemonSet":
        what = f"is set, and the type is {other}"
        yield Fault("exclusive", f"spec.{key}.rollingUpdate", strategy["rollingUpdate"], what)
    if obj.kind == "DaemonSet" and strategy.get("type") != other:
        rolling = strategy.get("rollingUpdate") or EMPTY
        surge, gone = (rolling.get(field) not in (None, 0, "0%") for field in ("maxSurge", "maxUnavailable"))
        if surge and gone:
            what = "has maxSurge and maxUnavailable, and one of them must be 0"
            yield Fault("exclusive", f"spec.{key}.rollingUpdate", rolling, what)
        if not surge and rolling.get("maxUnavailable") in (0, "0%"):
            what = "has maxSurge 0 and maxUnavailable 0, so that no pod could be replaced"
            yield Fault("exclusive", f"spec.{key}.rollingUpdate", rolling, what)
    if (obj.pod_spec or EMPTY).get("activeDeadlineSeconds") is not None:
        where = f"{obj.pod_path}.activeDeadlineSeconds"
        yield Fault("exclusive", where, "", f"is set, and a {obj.kind} may not have it")


def _job(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/batch/validation: validateJobSpec, validatePodFailurePolicy."""
    spec = obj.spec
    indexed = spec.get("completionMode") == "Indexed"
    if indexed and spec.get("completions") is None:
        yield Fault("required", "spec.completions", None, "is missing, and completionMode Indexed needs it")
    for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
        if spec.get(field) is not None and not indexed:
            yield Fault("exclusive", f"spec.{field}", spec[field], "is set, and needs completionMode Indexed")
    failed, per_index = spec.get("maxFailedIndexes"), spec.get("backoffLimitPerIndex")
    if failed is not None and per_index is None:
        yield Fault("required", "spec.backoffLimitPerIndex", None, "is missing, and maxFailedIndexes needs it")
    completions = spec.get("completions")
    if isinstance(failed, int) and isinstance(completions, int) and failed > completions:
        yield Fault("range", "spec.maxFailedIndexes", failed, f"is {failed}, and completions is {completions}")
    policy = spec.get("podFailurePolicy")
    if policy and (obj.pod_spec or EMPTY).get("restartPolicy") != "Never":
        yield Fault("exclusive", "spec.podFailurePolicy", policy, "is set, and needs restartPolicy Never")
    if policy and (spec.get("podReplacementPolicy") or "Failed") != "Failed":
        what = "must be Failed where podFailurePolicy is set"
        yield Fault("exclusive", "spec.podReplacementPolicy", spec["podReplacementPolicy"], what)
    names = {container.name for container in obj.containers}
    for where, rule in places(spec, "podFailurePolicy.rules[]", "spec"):
        codes, conditions = rule.get("onExitCodes"), rule.get("onPodConditions")
        if bool(codes) == bool(conditions):
            yield Fault("exclusive", where, rule, "must have exactly one of onExitCodes and onPodConditions")
        if rule.get("action") == "FailIndex" and per_index is None:
            yield Fault("exclusive", f"{where}.action", "FailIndex", "is FailIndex, and needs backoffLimitPerIndex")
        if codes:
            yield from _exit_codes(codes, f"{where}.onExitCodes", names)
        for place, status in places(rule, "onPodConditions[].status", where):
            if status not in ("", "True", "False", "Unknown"):
                yield Fault("enum", place, status, f'is "{status}", and must be one of True, False, Unknown')


def _exit_codes(codes: Mapping[str, Any], where: str, names: set[str]) -> Iterator[Fault]:
    """validatePodFailurePolicyRuleOnExitCodes."""
    values = codes.get("values") or []
    if not values:
        yield Fault("required", f"{where}.values", values, "is empty, and must have a value")
    if 0 in values and codes.get("operator") == "In":
        yield Fault("range", f"{where}.values", values, "has 0, which the operator In may not have")
    if len(set(values)) < len(values):
        yield Fault("repeated", f"{where}.values", values, "has a value twice")
    if values != sorted(values):
        yield Fault("range", f"{where}.values", values, "is not in ascending order")
    name = codes.get("containerName")
    if name is not None and name not in names:
        yield Fault("format", f"{where}.containerName", name, f'is "{name}", and no container has this name')


def _autoscaler(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/autoscaling/validation: validateMetricSpec, validateMetricTarget and what calls them."""
    kinds = {metric.get("type") for _, metric in places(obj.spec, "metrics[]")}
    if obj.spec.get("minReplicas") == 0 and not kinds & {"Object", "External"}:
        what = "is 0, and needs a metric of type Object or External"
        yield Fault("range", "spec.minReplicas", 0, what)
    target = obj.spec.get("scaleTargetRef") or EMPTY
    if target and obj.api_version.startswith("autoscaling/v") and "/" not in str(target.get("apiVersion") or ""):
        what = f'is "{target.get("apiVersion") or ""}", and must have a group, such as apps/v1'
        yield Fault("format", "spec.scaleTargetRef.apiVersion", target.get("apiVersion"), what)
    for where, metric in places(obj.spec, "metrics[]", "spec"):
        wanted = _METRIC_SOURCES.get(str(metric.get("type")))
        found = [source for source in _METRIC_SOURCES.values() if metric.get(source) is not None]
        if wanted and wanted not in found:
            yield Fault("required", f"{where}.{wanted}", None, f"is missing, and the type is {metric['type']}")
        for source in found:
            if wanted and source != wanted:
                what = f"is set, and the type is {metric['type']}"
                yield Fault("exclusive", f"{where}.{source}", metric[source], what)
            yield from _metric_target(source, metric[source].get("target") or EMPTY, f"{where}.{source}.target")


def _metric_target(source: str, target: Mapping[str, Any], where: str) -> Iterator[Fault]:
    fields = {
        "pods": ("averageValue",),
        "resource": ("averageUtilization", "averageValue"),
        "containerResource": ("averageUtilization", "averageValue"),
    }.get(source, ("value", "averageValue"))
    found = [field for field in fields if target.get(field) is not None]
    if not found:
        yield Fault("required", where, target, f"has no {' and no '.join(fields)}, and must have one")
    if len(found) > 1:
        yield Fault("exclusive", where, target, f"has {' and '.join(found)}, and must have one of them")


def _role(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/rbac/validation: ValidatePolicyRule."""
    for where, rule in places(obj.manifest, "rules[]"):
        urls = rule.get("nonResourceURLs")
        if urls and obj.kind == "Role":
            what = "is set, and only a ClusterRole may have it"
            yield Fault("exclusive", f"{where}.nonResourceURLs", urls, what)
        elif urls and any(rule.get(field) for field in ("apiGroups", "resources", "resourceNames")):
            what = "is set, and so are parts that are about resources: make two rules"
            yield Fault("exclusive", f"{where}.nonResourceURLs", urls, what)
        for field in ("apiGroups", "resources") if not urls else ():
            if not rule.get(field):
                yield Fault("required", f"{where}.{field}", rule.get(field), "is empty, and a rule must have one")


def _binding(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/rbac/validation: ValidateRoleBindingSubject."""
    for where, subject in places(obj.manifest, "subjects[]"):
        kind, group = subject.get("kind"), subject.get("apiGroup")
        wanted = "" if kind == "ServiceAccount" else "rbac.authorization.k8s.io"
        if group and group != wanted:
            yield Fault("enum", f"{where}.apiGroup", group, f'is "{group}", and must be "{wanted}" for a {kind}')
        if kind == "ServiceAccount":
            if subject.get("name") and not SUBDOMAIN.fits(str(subject["name"])):
                what = f'is "{subject["name"]}", and must be {SUBDOMAIN.what}'
                yield Fault("format", f"{where}.name", subject["name"], what)
            if not subject.get("namespace") and obj.kind == "ClusterRoleBinding":
                yield Fault("required", f"{where}.namespace", "", "is empty, and a ServiceAccount must have it")


def _ingress_class(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: validateIngressClassParametersReference."""
    parameters = obj.spec.get("parameters") or EMPTY
    scope, namespace = parameters.get("scope"), parameters.get("namespace")
    if parameters and scope not in (None, "Cluster", "Namespace"):
        yield Fault("enum", "spec.parameters.scope", scope, f'is "{scope}", and must be one of Cluster, Namespace')
    if scope == "Namespace" and not namespace:
        yield Fault("required", "spec.parameters.namespace", namespace, "is empty, and scope Namespace needs it")
    if parameters and scope in (None, "Cluster") and namespace:
        what = "is set, and needs scope Namespace"
        yield Fault("exclusive", "spec.parameters.namespace", namespace, what)


def _volume(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidatePersistentVolumeSpec."""
    known = {
        *("capacity", "accessModes", "persistentVolumeReclaimPolicy", "storageClassName", "volumeMode"),
        *("mountOptions", "claimRef", "nodeAffinity", "volumeAttributesClassName"),
    }
    found = sorted(key for key, value in obj.spec.items() if key not in known and value is not None)
    if not found:
        yield Fault("required", "spec", found, "has no volume source such as csi or nfs, and must have one")
    if len(found) > 1:
        yield Fault("exclusive", "spec", found, f"has {' and '.join(found)}, and must have one of them")


def _webhooks(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/admissionregistration/validation: validateWebhook, validateRule."""
    for where, webhook in places(obj.manifest, "webhooks[]"):
        client = webhook.get("clientConfig") or EMPTY
        if (client.get("url") is None) == (client.get("service") is None):
            yield Fault("exclusive", f"{where}.clientConfig", client, "must have exactly one of url and service")
        versions = webhook.get("admissionReviewVersions") or []
        if not {"v1", "v1beta1"} & set(versions):
            what = "has neither v1 nor v1beta1, and must have one of them"
            yield Fault("required", f"{where}.admissionReviewVersions", versions, what)
        if len(set(versions)) < len(versions):
            yield Fault("repeated", f"{where}.admissionReviewVersions", versions, "has a version twice")
        for field in ("operations", "apiVersions", "apiGroups"):
            for place, values in places(webhook, f"rules[].{field}", where):
                if "*" in values and len(values) > 1:
                    yield Fault("exclusive", place, values, "has * and others, and * must be the only one")


def _api_service(obj: KubeObject) -> Iterator[Fault]:
    """kube-aggregator, pkg/apis/apiregistration/validation: ValidateAPIService."""
    expected = f"{obj.spec.get('version', '')}.{obj.spec.get('group', '')}"
    if obj.name != expected:
        yield Fault("format", "metadata.name", obj.name, f'is "{obj.name}", and must be {expected}')


def _namespace(obj: KubeObject) -> Iterator[Fault]:
    """k8s.io/pod-security-admission, admission: ValidateNamespace."""
    for mode in ("enforce", "audit", "warn"):
        level = obj.labels.get(f"pod-security.kubernetes.io/{mode}")
        if level is not None and level not in {"privileged", "baseline", "restricted"}:
            where = f"metadata.labels[pod-security.kubernetes.io/{mode}]"
            yield Fault("enum", where, level, f'is "{level}", and must be one of privileged, baseline, restricted')


def _network_policy(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/networking/validation: ValidateNetworkPolicyPeer, ValidateNetworkPolicySpec."""
    for peers in ("ingress[].from[]", "egress[].to[]"):
        for where, peer in places(obj.spec, peers, "spec"):
            selectors = [key for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None]
            if not selectors and peer.get("ipBlock") is None:
                what = "has neither ipBlock nor podSelector nor namespaceSelector, and must have one"
                yield Fault("required", where, peer, what)
            if selectors and peer.get("ipBlock") is not None:
                yield Fault("exclusive", where, peer, f"has ipBlock and {selectors[0]}, and must have one of them")
    if len(obj.spec.get("policyTypes") or ()) > 2:
        yield Fault("repeated", "spec.policyTypes", obj.spec["policyTypes"], "has more than two types")


def _endpoints(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: validateEndpointSubsets."""
    for where, subset in places(obj.manifest, "subsets[]"):
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield Fault("required", where, subset, "has neither addresses nor notReadyAddresses, and must have one")


def _limits(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/core/validation: ValidateLimitRange."""
    seen = set()
    for where, kind in places(obj.spec, "limits[].type", "spec"):
        if kind in seen:
            yield Fault("repeated", where, kind, f'"{kind}" appears twice')
        if not is_qualified_name(str(kind)):
            yield Fault("format", where, kind, f'is "{kind}", and must be Container, Pod or PersistentVolumeClaim')
        seen.add(kind)


def _storage_class(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/storage/validation: validateAllowedTopologies."""
    terms = [list(places(term, "matchLabelExpressions[]")) for _, term in places(obj.manifest, "allowedTopologies[]")]
    texts = [str([expression for _, expression in term]) for term in terms]
    for index, term in enumerate(terms):
        where = f"allowedTopologies[{index}].matchLabelExpressions"
        keys = [expression.get("key") for _, expression in term]
        if not term:
            yield Fault("required", where, [], "is empty, and must have an expression")
        if len(set(keys)) < len(keys) or texts.index(texts[index]) < index:
            yield Fault("repeated", where, keys, "appears twice, or has a key twice")
        for place, expression in term:
            values = expression.get("values") or []
            if len(set(values)) < len(values):
                yield Fault("repeated", f"allowedTopologies[{index}].{place}.values", values, "has a value twice")


def _endpoint_slice(obj: KubeObject) -> Iterator[Fault]:
    """pkg/apis/discovery/validation: ValidateEndpointSlice, validateEndpoints."""
    kind = obj.manifest.get("addressType")
    form = SUBDOMAIN if kind == "FQDN" else ADDRESS
    for where, address in places(obj.manifest, "endpoints[].addresses[]"):
        if not address or not form.fits(str(address)):
            yield Fault("format", where, address, f'is "{address}", and must be {form.what}')
    names = [port.get("name") or "" for _, port in places(obj.manifest, "ports[]")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault("repeated", "ports", name, f'two ports have the name "{name}"')


def _definition(obj: KubeObject) -> Iterator[Fault]:
    """apiextensions-apiserver, pkg/apis/apiextensions/validation; its package structural-schema: validateStructural."""
    strategy = (obj.spec.get("conversion") or EMPTY).get("strategy")
    if obj.spec.get("conversion") is not None and strategy not in ("None", "Webhook"):
        yield Fault("enum", "spec.conversion.strategy", strategy, f'is "{strategy}", and must be None or Webhook')
    if not obj.spec.get("versions"):
        yield Fault("required", "spec.versions", [], "is empty, and must have a version")
    for where, kind in places(obj.spec, "versions[].additionalPrinterColumns[].type", "spec"):
        if kind not in _COLUMN_TYPES:
            yield Fault("enum", where, kind, f'is "{kind}", and must be one of {", ".join(_COLUMN_TYPES)}')
    for where, schema in places(obj.spec, "versions[].schema.openAPIV3Schema", "spec"):
        yield from _structural(schema, where, root=True)


def _structural(schema: Any, where: str, *, root: bool = False) -> Iterator[Fault]:
    if not isinstance(schema, Mapping):
        return
    kind = schema.get("type")
    if not kind:
        free = schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields")
        if root or not free:
            yield Fault("required", f"{where}.type", kind, "is missing, and a structural schema must have it")
    elif kind not in _TYPES:
        yield Fault("enum", f"{where}.type", kind, f'is "{kind}", and must be one of {", ".join(_TYPES)}')
    elif root and kind != "object":
        yield Fault("enum", f"{where}.type", kind, f'is "{kind}", and must be object at the root')
    for name, child in (schema.get("properties") or EMPTY).items():
        yield from _structural(child, f"{where}.properties[{name}]")
    for key in ("items", "additionalProperties"):
        yield from _structural(schema.get(key), f"{where}.{key}")


_Rules = Callable[[KubeObject], Iterator[Fault]]
_RULES: Mapping[str, _Rules] = {
    "Service": _service,
    "Namespace": _namespace,
    "NetworkPolicy": _network_policy,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Job": _job,
    "HorizontalPodAutoscaler": _autoscaler,
    "Role": _role,
    "ClusterRole": _role,
    "RoleBinding": _binding,
    "ClusterRoleBinding": _binding,
    "IngressClass": _ingress_class,
    "PersistentVolume": _volume,
    "MutatingWebhookConfiguration": _webhooks,
    "ValidatingWebhookConfiguration": _webhooks,
    "APIService": _api_service,
    "EndpointSlice": _endpoint_slice,
    "Endpoints": _endpoints,
    "LimitRange": _limits,
    "StorageClass": _storage_class,
    "CustomResourceDefinition": _definition,
}
