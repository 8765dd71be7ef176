"""Texts that are names, addresses, paths or quantities. Each table names its functions in kubernetes/kubernetes."""

import base64
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chartgate.findings.api_server.fault import Fault, Tables, containers
from chartgate.releases.objects import KubeObject


@dataclass(frozen=True)
class Form:
    """What a text has to be, in words, and whether one is it. `may_be_empty`: an empty text counts as none."""

    what: str
    fits: Callable[[str], bool]
    may_be_empty: bool = True


_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_QUANTITY = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")
_FACTORS = {
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
    **{letter: Decimal(1000) ** power for power, letter in enumerate(["n", "u", "m", "", "k", *"MGTPE"], -3)},
}


def _matches(pattern: str, longest: int) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: len(text) <= longest and compiled.fullmatch(text) is not None


def is_label_value(text: str) -> bool:
    """Whether a label may have this value (IsValidLabelValue)."""
    return len(text) <= 63 and _LABEL_VALUE.fullmatch(text) is not None


def is_qualified_name(text: str) -> bool:
    """Whether a text is a name with an optional DNS subdomain as prefix (IsQualifiedName)."""
    prefix, slash, name = text.rpartition("/")
    prefix_fits = SUBDOMAIN.fits(prefix) if slash else True
    return prefix_fits and len(name) <= 63 and _NAME_PART.fullmatch(name) is not None


def quantity(value: Any) -> Decimal | None:
    """The number that a quantity is; None where it is none (resource.ParseQuantity).

    >>> quantity("100m"), quantity("1.5Gi"), quantity(2), quantity("1 Gi")
    (Decimal('0.100'), Decimal('1610612736.0'), Decimal('2'), None)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _QUANTITY.fullmatch(str(value))
    if not found:
        return None
    number, suffix = Decimal(found[1]), found[2] or ""
    if suffix in _FACTORS:
        return number * _FACTORS[suffix]
    return number * Decimal(10) ** int(suffix[1:])


def is_address(text: str) -> bool:
    """Whether a text is an IP address (IsValidIP)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _is_path_below(text: str) -> bool:
    """validateLocalDescendingPath."""
    return not text.startswith("/") and ".." not in text.split("/")


SUBDOMAIN = Form("a DNS subdomain (RFC 1123)", _matches(rf"{_LABEL}(\.{_LABEL})*", 253))
LABEL = Form("a DNS label (RFC 1123)", _matches(_LABEL, 63))
LABEL_1035 = Form("a DNS label that begins with a letter (RFC 1035)", _matches(r"[a-z]([-a-z0-9]*[a-z0-9])?", 63))
QUALIFIED = Form("a name, with a DNS subdomain and a slash before it if needed", is_qualified_name)
REQUIRED_QUALIFIED = Form(QUALIFIED.what, is_qualified_name, may_be_empty=False)
ADDRESS = Form("an IP address", is_address, may_be_empty=False)
PATH_BELOW = Form("a path that neither begins with / nor has ..", _is_path_below)
NO_DOTS = Form("a path without ..", lambda text: ".." not in text.split("/"))
KEY = Form("a key of letters, digits, -, _ and .", _matches(r"(?!\.\.)(?!\.$)[-._a-zA-Z0-9]+", 253), may_be_empty=False)
PORT_NAME = Form("a number, or the name of a port", _matches(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?", 15))
PORT = Form(PORT_NAME.what, PORT_NAME.fits, may_be_empty=False)
HEADER = Form("the name of an HTTP header", _matches(r"[-A-Za-z0-9]+", 10_000), may_be_empty=False)
FILLED = Form("a text", bool, may_be_empty=False)
FILLED_LABEL = Form(LABEL.what, LABEL.fits, may_be_empty=False)
FILLED_SUBDOMAIN = Form(SUBDOMAIN.what, SUBDOMAIN.fits, may_be_empty=False)
SEARCH = Form(
    "a DNS domain", lambda text: text == "." or SUBDOMAIN.fits(text.rstrip(".").replace("_", "a")), may_be_empty=False
)
SYSCTL = Form("the name of a sysctl", _matches(r"([a-z0-9][-_a-z0-9]*[./])*[a-z0-9][-_a-z0-9]*", 253))
_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
DOMAIN_PATH = Form(
    "a DNS subdomain, a slash and a path",
    lambda text: SUBDOMAIN.fits(text.partition("/")[0]) and bool(_PATH.fullmatch(text.partition("/")[2])),
    may_be_empty=False,
)
ENV_PREFIX = Form("the beginning of the name of a variable", _matches(r"[ -<>-~]*", 10_000))
DRIVER = Form("the name of a CSI driver", _matches(r"[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?", 63), may_be_empty=False)
RBAC = Form("rbac.authorization.k8s.io", lambda text: text == "rbac.authorization.k8s.io")
SEGMENT = Form(
    "a name without / and %, and neither . nor ..",
    lambda text: text not in {".", ".."} and not re.search("[/%]", text),
    may_be_empty=False,
)
URL_PATH = Form("a path that begins with /, or *", lambda text: text.startswith("/") or text == "*")
_FIELDS = frozenset(
    {
        *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
        *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
    }
)
ENV_FIELD = Form(
    "a field that a variable can have, such as metadata.name or status.podIP",
    lambda text: text in _FIELDS or re.fullmatch(r"metadata\.(labels|annotations)\['.+'\]", text) is not None,
    may_be_empty=False,
)
VOLUME_FIELD = Form(
    "a field that a file can have, such as metadata.labels",
    lambda text: (
        text in {"metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations"}
        or re.fullmatch(r"metadata\.(labels|annotations)\['.+'\]", text) is not None
    ),
    may_be_empty=False,
)


def _is_amount(text: str) -> bool:
    amount = quantity(text)
    return amount is not None and amount >= 0


AMOUNT = Form("a quantity of at least 0, such as 100m or 1Gi", _is_amount, may_be_empty=False)
_ANY_AMOUNT = Form("a quantity, such as 100m or 1Gi", lambda text: quantity(text) is not None, may_be_empty=False)
_RESOURCE = Form(
    "a resource of a container, such as limits.memory",
    lambda text: bool(re.fullmatch(r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)", text)),
    may_be_empty=False,
)


def _is_webhook_name(text: str) -> bool:
    """ValidateWebhook: IsFullyQualifiedName."""
    return SUBDOMAIN.fits(text) and text.count(".") > 1


def _is_webhook_path(text: str) -> bool:
    """ValidateWebhookService."""
    parts = text.removeprefix("/").removesuffix("/").split("/")
    return text == "/" or (text.startswith("/") and all(SUBDOMAIN.fits(part) for part in parts))


def _is_kind_name(text: str) -> bool:
    return LABEL_1035.fits(text.lower())


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return False
    return True


ABSOLUTE = Form("an absolute path", lambda text: text.startswith("/"), may_be_empty=False)
_ITEMS = tuple(
    f"{source}.items[]"
    for source in ("configMap", "secret", "projected.sources[].configMap", "projected.sources[].secret")
)
_NODES = "DuringSchedulingIgnoredDuringExecution[]"
_TERMS = (f"required{_NODES}", f"preferred{_NODES}.podAffinityTerm")
# pkg/apis/core/validation: ValidatePodSpec and what it calls.
POD: Mapping[str, Form] = {
    "hostname": LABEL,
    "subdomain": LABEL,
    "nodeName": SUBDOMAIN,
    "serviceAccountName": SUBDOMAIN,
    "priorityClassName": SUBDOMAIN,
    "runtimeClassName": SUBDOMAIN,
    "hostAliases[].ip": ADDRESS,
    "hostAliases[].hostnames[]": Form(SUBDOMAIN.what, SUBDOMAIN.fits, may_be_empty=False),
    "dnsConfig.nameservers[]": ADDRESS,
    "readinessGates[].conditionType": REQUIRED_QUALIFIED,
    "topologySpreadConstraints[].topologyKey": FILLED,
    "dnsConfig.searches[]": SEARCH,
    "securityContext.sysctls[].name": SYSCTL,
    **{
        f"affinity.{affinity}.{term}.{field}": form
        for affinity in ("podAffinity", "podAntiAffinity")
        for term in _TERMS
        for field, form in (("topologyKey", REQUIRED_QUALIFIED), ("namespaces[]", FILLED_LABEL))
    },
    "volumes[].hostPath.path": NO_DOTS,
    **{f"volumes[].{items}.path": PATH_BELOW for items in _ITEMS},
    "volumes[].downwardAPI.items[].path": PATH_BELOW,
    "volumes[].projected.sources[].downwardAPI.items[].path": PATH_BELOW,
    "volumes[].projected.sources[].serviceAccountToken.path": PATH_BELOW,
    "volumes[].downwardAPI.items[].fieldRef.fieldPath": VOLUME_FIELD,
    "volumes[].projected.sources[].downwardAPI.items[].fieldRef.fieldPath": VOLUME_FIELD,
    "volumes[].emptyDir.sizeLimit": AMOUNT,
    "volumes[].downwardAPI.items[].resourceFieldRef.resource": _RESOURCE,
    "volumes[].downwardAPI.items[].resourceFieldRef.divisor": _ANY_AMOUNT,
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.requests.storage": AMOUNT,
    "volumes[].csi.driver": DRIVER,
    "volumes[].nfs.path": ABSOLUTE,
}
_HANDLERS = (*("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"),)
CONTAINER: Mapping[str, Form] = {
    "image": Form("a text without white space around it", lambda text: text == text.strip()),
    "env[].valueFrom.secretKeyRef.key": KEY,
    "env[].valueFrom.configMapKeyRef.key": KEY,
    "env[].valueFrom.fieldRef.fieldPath": ENV_FIELD,
    "envFrom[].prefix": ENV_PREFIX,
    "env[].valueFrom.resourceFieldRef.resource": _RESOURCE,
    "env[].valueFrom.resourceFieldRef.divisor": _ANY_AMOUNT,
    **{
        f"{reference}.name": SUBDOMAIN
        for reference in (
            *("env[].valueFrom.secretKeyRef", "env[].valueFrom.configMapKeyRef"),
            *("envFrom[].secretRef", "envFrom[].configMapRef"),
        )
    },
    "volumeMounts[].subPath": PATH_BELOW,
    "volumeMounts[].subPathExpr": PATH_BELOW,
    "securityContext.seccompProfile.localhostProfile": PATH_BELOW,
    **{f"{handler}.{action}.port": PORT for handler in _HANDLERS for action in ("httpGet", "tcpSocket")},
    **{f"{handler}.httpGet.httpHeaders[].name": HEADER for handler in _HANDLERS},
}
_METRICS = ("resource", "containerResource", "pods", "external", "object")
_BINDING: Mapping[str, Form] = {
    "metadata.name": SEGMENT,
    "roleRef.apiGroup": RBAC,
    "roleRef.name": SEGMENT,
    "subjects[].name": FILLED,
}
_WEBHOOKS: Mapping[str, Form] = {
    "webhooks[].name": Form("a DNS subdomain of three parts or more", _is_webhook_name, may_be_empty=False),
    "webhooks[].admissionReviewVersions[]": Form(LABEL_1035.what, LABEL_1035.fits, may_be_empty=False),
    "webhooks[].clientConfig.caBundle": Form("base64", _is_base64),
    "webhooks[].clientConfig.url": Form(
        "a URL that begins with https://", lambda text: text.startswith("https://"), may_be_empty=False
    ),
    "webhooks[].clientConfig.service.name": FILLED,
    "webhooks[].clientConfig.service.namespace": FILLED,
    "webhooks[].clientConfig.service.path": Form("a path that begins with /", _is_webhook_path),
    "webhooks[].rules[].apiVersions[]": FILLED,
    "webhooks[].rules[].resources[]": FILLED,
    "webhooks[].matchConditions[].name": REQUIRED_QUALIFIED,
    "webhooks[].matchConditions[].expression": FILLED,
}
KINDS: Mapping[str, Mapping[str, Form]] = {
    # pkg/apis/core/validation: ValidateService, validateServicePort, validateServiceClusterIPsRelatedFields.
    "Service": {
        "spec.externalName": Form(SUBDOMAIN.what, lambda text: SUBDOMAIN.fits(text.rstrip("."))),
        "spec.externalIPs[]": ADDRESS,
        "spec.loadBalancerClass": REQUIRED_QUALIFIED,
        "spec.ports[].name": LABEL,
        "spec.ports[].targetPort": PORT_NAME,
        "spec.ports[].appProtocol": REQUIRED_QUALIFIED,
    },
    # pkg/apis/networking/validation.
    "Ingress": {
        "spec.ingressClassName": FILLED_SUBDOMAIN,
        "spec.tls[].hosts[]": Form(
            "a DNS name in lower case, with *. before it if needed",
            lambda text: SUBDOMAIN.fits(text.removeprefix("*.")),
            may_be_empty=False,
        ),
        "spec.tls[].secretName": SUBDOMAIN,
        **{
            f"{backend}.{field}": form
            for backend in ("spec.defaultBackend", "spec.rules[].http.paths[].backend")
            for field, form in (
                ("service.name", FILLED_LABEL),
                ("service.port.name", PORT_NAME),
                ("resource.apiGroup", FILLED_SUBDOMAIN),
                ("resource.kind", SEGMENT),
                ("resource.name", SEGMENT),
            )
        },
    },
    "IngressClass": {
        "spec.controller": DOMAIN_PATH,
        "spec.parameters.apiGroup": FILLED_SUBDOMAIN,
        "spec.parameters.kind": SEGMENT,
        "spec.parameters.name": SEGMENT,
        "spec.parameters.namespace": FILLED_LABEL,
    },
    "NetworkPolicy": {f"spec.{way}[].ports[].port": PORT for way in ("ingress", "egress")},
    # pkg/apis/apps/validation: ValidateStatefulSetSpec.
    "StatefulSet": {
        "spec.serviceName": LABEL,
        "spec.volumeClaimTemplates[].spec.resources.requests.storage": AMOUNT,
        "spec.volumeClaimTemplates[].spec.resources.limits.storage": AMOUNT,
        "spec.volumeClaimTemplates[].spec.storageClassName": SUBDOMAIN,
    },
    # pkg/apis/batch/validation: validatePodFailurePolicyRuleOnPodConditions.
    "Job": {"spec.podFailurePolicy.rules[].onPodConditions[].type": REQUIRED_QUALIFIED},
    # pkg/apis/autoscaling/validation: ValidateCrossVersionObjectReference, validateMetricTarget.
    "HorizontalPodAutoscaler": {
        "spec.scaleTargetRef.name": SEGMENT,
        "spec.scaleTargetRef.kind": SEGMENT,
        "spec.metrics[].object.describedObject.name": SEGMENT,
        "spec.metrics[].object.describedObject.kind": SEGMENT,
        "spec.metrics[].containerResource.container": FILLED_LABEL,
        **{f"spec.metrics[].{metric}.metric.name": SEGMENT for metric in _METRICS},
        "spec.metrics[].resource.name": FILLED,
        "spec.metrics[].containerResource.name": REQUIRED_QUALIFIED,
        **{
            f"spec.metrics[].{metric}.target.{field}": AMOUNT
            for metric in _METRICS
            for field in ("value", "averageValue")
        },
    },
    # pkg/apis/core/validation: ValidatePersistentVolumeClaimSpec, ValidatePersistentVolumeSpec.
    "PersistentVolumeClaim": {
        "spec.storageClassName": SUBDOMAIN,
        "spec.resources.requests.storage": AMOUNT,
        "spec.resources.limits.storage": AMOUNT,
    },
    "PersistentVolume": {
        "spec.storageClassName": SUBDOMAIN,
        "spec.capacity.storage": AMOUNT,
        "spec.nfs.server": FILLED,
        "spec.nfs.path": ABSOLUTE,
    },
    # pkg/apis/rbac/validation: ValidateRoleBinding, ValidateRoleBindingSubject.
    "Role": {"metadata.name": SEGMENT},
    "ClusterRole": {"metadata.name": SEGMENT},
    "RoleBinding": _BINDING,
    "ClusterRoleBinding": _BINDING,
    # pkg/apis/storage/validation: validateProvisioner, validateAllowedTopologies.
    "StorageClass": {
        "provisioner": Form(QUALIFIED.what, lambda text: is_qualified_name(text.lower()), may_be_empty=False),
        "allowedTopologies[].matchLabelExpressions[].key": REQUIRED_QUALIFIED,
    },
    # pkg/apis/node/validation: ValidateRuntimeClass.
    "RuntimeClass": {"handler": FILLED_LABEL, "overhead.podFixed.*": AMOUNT},
    # pkg/apis/core/validation: ValidateResourceQuotaSpec, ValidateLimitRange, ValidateEndpointAddress.
    "ResourceQuota": {"spec.hard.*": AMOUNT},
    "LimitRange": {
        f"spec.limits[].{field}.*": _ANY_AMOUNT
        for field in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
    },
    "Endpoints": {"subsets[].addresses[].ip": ADDRESS, "subsets[].ports[].name": LABEL},
    # pkg/apis/discovery/validation: ValidateEndpointSlice.
    "EndpointSlice": {"endpoints[].hostname": FILLED_LABEL, "ports[].name": LABEL},
    # pkg/apis/admissionregistration/validation: validateWebhook, validateRule, ValidateWebhookService.
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    # apiextensions-apiserver, pkg/apis/apiextensions/validation: ValidateCustomResourceDefinitionNames.
    "CustomResourceDefinition": {
        "spec.names.singular": LABEL_1035,
        "spec.names.shortNames[]": Form(LABEL_1035.what, LABEL_1035.fits, may_be_empty=False),
        "spec.names.categories[]": Form(LABEL_1035.what, LABEL_1035.fits, may_be_empty=False),
        "spec.names.kind": Form("a name of letters, digits and hyphens", _is_kind_name, may_be_empty=False),
        "spec.names.listKind": Form("a name of letters, digits and hyphens", _is_kind_name),
        "spec.versions[].name": Form(LABEL_1035.what, LABEL_1035.fits, may_be_empty=False),
        "spec.versions[].subresources.scale.specReplicasPath": Form(
            "a path below .spec", lambda text: text.startswith(".spec."), may_be_empty=False
        ),
        "spec.versions[].subresources.scale.statusReplicasPath": Form(
            "a path below .status", lambda text: text.startswith(".status."), may_be_empty=False
        ),
        "spec.versions[].additionalPrinterColumns[].name": FILLED,
        "spec.versions[].additionalPrinterColumns[].jsonPath": Form(
            "a path that begins with a dot", lambda text: text.startswith("."), may_be_empty=False
        ),
    },
}
_TABLES = Tables(KINDS, POD, CONTAINER)


def judge(obj: KubeObject, _: str) -> Iterator[Fault]:
    """A fault for each text that is not what its field needs, and for each wrong amount of a container."""
    for where, value, form in _TABLES.places(obj):
        text = str(value)
        if isinstance(value, bool) or (isinstance(value, int) and form in (PORT, PORT_NAME)):
            continue
        if not (form.fits(text) if text else form.may_be_empty):
            yield Fault("format", where, value, f'is "{text}", and must be {form.what}')
    for path, container in containers(obj):
        yield from _resources(path, container)


def _resources(path: str, container: Mapping[str, Any]) -> Iterator[Fault]:
    """ValidateContainerResourceRequirements: quantities, of which no request is above its limit."""
    resources = container.get("resources")
    if not isinstance(resources, Mapping):
        return
    amounts: dict[tuple[str, str], Decimal] = {}
    for part in ("limits", "requests"):
        for name, value in (resources.get(part) or {}).items():
            where = f"{path}.resources.{part}[{name}]"
            amount = quantity(value)
            if amount is None or amount < 0:
                yield Fault("format", where, value, f'is "{value}", and must be {AMOUNT.what}')
            elif not is_qualified_name(str(name)):
                yield Fault("format", where, name, f'"{name}" is not the name of a resource')
            else:
                amounts[part, name] = amount
    for (part, name), amount in amounts.items():
        limit = amounts.get(("limits", name))
        if part == "requests" and limit is not None and amount > limit:
            value, most = resources["requests"][name], resources["limits"][name]
            yield Fault("range", f"{path}.resources.requests[{name}]", value, f"is {value}, and the limit is {most}")
