"""Roles and their bindings. Each rule names its function in Kubernetes."""

from collections.abc import Iterator

from chartgate.findings.api_server.fault import Fault, Rules, places
from chartgate.findings.forms import SUBDOMAIN
from chartgate.releases.objects import KubeObject


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


RULES: Rules = {
    "Role": (_role,),
    "ClusterRole": (_role,),
    "RoleBinding": (_binding,),
    "ClusterRoleBinding": (_binding,),
}
