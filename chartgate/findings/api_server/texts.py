"""Texts that need a form, by their fields. Each table names its functions in kubernetes/kubernetes."""

import base64
from collections.abc import Iterator, Mapping

from chartgate.findings.api_server.fault import Fault, Tables
from chartgate.findings.forms import (
    ABSOLUTE,
    ADDRESS,
    AMOUNT,
    ANY_AMOUNT,
    DOMAIN_PATH,
    DRIVER,
    ENV_FIELD,
    ENV_PREFIX,
    FILLED,
    HEADER,
    HOST,
    KEY,
    LABEL,
    LABEL_1035,
    NO_DOTS,
    PATH_BELOW,
    PORT_NAME,
    QUALIFIED,
    RBAC,
    RESOURCE,
    SEARCH,
    SEGMENT,
    SUBDOMAIN,
    SYSCTL,
    VOLUME_FIELD,
    Form,
    is_qualified_name,
)
from chartgate.releases.objects import KubeObject


def _is_webhook_name(text: str) -> bool:
    """ValidateWebhook: IsFullyQualifiedName."""
    return SUBDOMAIN.fits(text) and text.count(".") > 1


def _is_webhook_path(text: str) -> bool:
    """ValidateWebhookService."""
    parts = text.removeprefix("/").removesuffix("/").split("/")
    return text == "/" or (text.startswith("/") and all(SUBDOMAIN.fits(part) for part in parts))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        return False
    return True


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
    "hostAliases[].hostnames[]": SUBDOMAIN.filled,
    "dnsConfig.nameservers[]": ADDRESS,
    "readinessGates[].conditionType": QUALIFIED.filled,
    "topologySpreadConstraints[].topologyKey": FILLED,
    "dnsConfig.searches[]": SEARCH,
    "securityContext.sysctls[].name": SYSCTL,
    **{
        f"affinity.{affinity}.{term}.{field}": form
        for affinity in ("podAffinity", "podAntiAffinity")
        for term in _TERMS
        for field, form in (("topologyKey", QUALIFIED.filled), ("namespaces[]", LABEL.filled))
    },
    "volumes[].hostPath.path": NO_DOTS,
    **{f"volumes[].{items}.path": PATH_BELOW for items in _ITEMS},
    "volumes[].downwardAPI.items[].path": PATH_BELOW,
    "volumes[].projected.sources[].downwardAPI.items[].path": PATH_BELOW,
    "volumes[].projected.sources[].serviceAccountToken.path": PATH_BELOW,
    "volumes[].downwardAPI.items[].fieldRef.fieldPath": VOLUME_FIELD,
    "volumes[].projected.sources[].downwardAPI.items[].fieldRef.fieldPath": VOLUME_FIELD,
    "volumes[].emptyDir.sizeLimit": AMOUNT,
    "volumes[].downwardAPI.items[].resourceFieldRef.resource": RESOURCE,
    "volumes[].downwardAPI.items[].resourceFieldRef.divisor": ANY_AMOUNT,
    "volumes[].ephemeral.volumeClaimTemplate.spec.resources.requests.storage": AMOUNT,
    "volumes[].csi.driver": DRIVER,
    "volumes[].nfs.path": ABSOLUTE,
}
_HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop")
CONTAINER: Mapping[str, Form] = {
    "image": Form("a text without white space around it", lambda text: text == text.strip()),
    "env[].valueFrom.secretKeyRef.key": KEY,
    "env[].valueFrom.configMapKeyRef.key": KEY,
    "env[].valueFrom.fieldRef.fieldPath": ENV_FIELD,
    "envFrom[].prefix": ENV_PREFIX,
    "env[].valueFrom.resourceFieldRef.resource": RESOURCE,
    "env[].valueFrom.resourceFieldRef.divisor": ANY_AMOUNT,
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
    **{f"{handler}.{action}.port": PORT_NAME.filled for handler in _HANDLERS for action in ("httpGet", "tcpSocket")},
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
    "webhooks[].admissionReviewVersions[]": LABEL_1035.filled,
    "webhooks[].clientConfig.caBundle": Form("base64", _is_base64),
    "webhooks[].clientConfig.url": Form(
        "a URL that begins with https://", lambda text: text.startswith("https://"), may_be_empty=False
    ),
    "webhooks[].clientConfig.service.name": FILLED,
    "webhooks[].clientConfig.service.namespace": FILLED,
    "webhooks[].clientConfig.service.path": Form("a path that begins with /", _is_webhook_path),
    "webhooks[].rules[].apiVersions[]": FILLED,
    "webhooks[].rules[].resources[]": FILLED,
    "webhooks[].matchConditions[].name": QUALIFIED.filled,
    "webhooks[].matchConditions[].expression": FILLED,
}
_KIND = Form("a name of letters, digits and hyphens", lambda text: LABEL_1035.fits(text.lower()))
KINDS: Mapping[str, Mapping[str, Form]] = {
    # pkg/apis/core/validation: ValidateService, validateServicePort, validateServiceClusterIPsRelatedFields.
    "Service": {
        "spec.externalName": Form(SUBDOMAIN.what, lambda text: SUBDOMAIN.fits(text.rstrip("."))),
        "spec.externalIPs[]": ADDRESS,
        "spec.loadBalancerClass": QUALIFIED.filled,
        "spec.ports[].name": LABEL,
        "spec.ports[].targetPort": PORT_NAME,
        "spec.ports[].appProtocol": QUALIFIED.filled,
    },
    # pkg/apis/networking/validation.
    "Ingress": {
        "spec.ingressClassName": SUBDOMAIN.filled,
        "spec.tls[].hosts[]": HOST.filled,
        "spec.tls[].secretName": SUBDOMAIN,
        **{
            f"{backend}.{field}": form
            for backend in ("spec.defaultBackend", "spec.rules[].http.paths[].backend")
            for field, form in (
                ("service.name", LABEL.filled),
                ("service.port.name", PORT_NAME),
                ("resource.apiGroup", SUBDOMAIN.filled),
                ("resource.kind", SEGMENT),
                ("resource.name", SEGMENT),
            )
        },
    },
    "IngressClass": {
        "spec.controller": DOMAIN_PATH,
        "spec.parameters.apiGroup": SUBDOMAIN.filled,
        "spec.parameters.kind": SEGMENT,
        "spec.parameters.name": SEGMENT,
        "spec.parameters.namespace": LABEL.filled,
    },
    "NetworkPolicy": {f"spec.{way}[].ports[].port": PORT_NAME.filled for way in ("ingress", "egress")},
    # pkg/apis/apps/validation: ValidateStatefulSetSpec.
    "StatefulSet": {
        "spec.serviceName": LABEL,
        "spec.volumeClaimTemplates[].spec.resources.requests.storage": AMOUNT,
        "spec.volumeClaimTemplates[].spec.resources.limits.storage": AMOUNT,
        "spec.volumeClaimTemplates[].spec.storageClassName": SUBDOMAIN,
    },
    # pkg/apis/batch/validation: validatePodFailurePolicyRuleOnPodConditions.
    "Job": {"spec.podFailurePolicy.rules[].onPodConditions[].type": QUALIFIED.filled},
    # pkg/apis/autoscaling/validation: ValidateCrossVersionObjectReference, validateMetricTarget.
    "HorizontalPodAutoscaler": {
        "spec.scaleTargetRef.name": SEGMENT,
        "spec.scaleTargetRef.kind": SEGMENT,
        "spec.metrics[].object.describedObject.name": SEGMENT,
        "spec.metrics[].object.describedObject.kind": SEGMENT,
        "spec.metrics[].containerResource.container": LABEL.filled,
        **{f"spec.metrics[].{metric}.metric.name": SEGMENT for metric in _METRICS},
        "spec.metrics[].resource.name": FILLED,
        "spec.metrics[].containerResource.name": QUALIFIED.filled,
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
        "allowedTopologies[].matchLabelExpressions[].key": QUALIFIED.filled,
    },
    # pkg/apis/node/validation: ValidateRuntimeClass.
    "RuntimeClass": {"handler": LABEL.filled, "overhead.podFixed.*": AMOUNT},
    # pkg/apis/core/validation: ValidateResourceQuotaSpec, ValidateLimitRange, ValidateEndpointAddress.
    "ResourceQuota": {"spec.hard.*": AMOUNT},
    "LimitRange": {
        f"spec.limits[].{field}.*": ANY_AMOUNT
        for field in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
    },
    "Endpoints": {"subsets[].addresses[].ip": ADDRESS, "subsets[].ports[].name": LABEL},
    # pkg/apis/discovery/validation: ValidateEndpointSlice.
    "EndpointSlice": {"endpoints[].hostname": LABEL.filled, "ports[].name": LABEL},
    # pkg/apis/admissionregistration/validation: validateWebhook, validateRule, ValidateWebhookService.
    "MutatingWebhookConfiguration": _WEBHOOKS,
    "ValidatingWebhookConfiguration": _WEBHOOKS,
    # apiextensions-apiserver, pkg/apis/apiextensions/validation: ValidateCustomResourceDefinitionNames.
    "CustomResourceDefinition": {
        "spec.names.singular": LABEL_1035,
        "spec.names.shortNames[]": LABEL_1035.filled,
        "spec.names.categories[]": LABEL_1035.filled,
        "spec.names.kind": _KIND.filled,
        "spec.names.listKind": _KIND,
        "spec.versions[].name": LABEL_1035.filled,
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


def judge(obj: KubeObject) -> Iterator[Fault]:
    """A fault for each text that is not what its field needs."""
    for where, value, form in _TABLES.places(obj):
        text = str(value)
        if isinstance(value, bool) or (isinstance(value, int) and form.fits is PORT_NAME.fits):
            continue
        if not (form.fits(text) if text else form.may_be_empty):
            yield Fault("format", where, value, f'is "{text}", and must be {form.what}')
