"""The references check: each rule finds its defect, and a sound release has none."""

from collections.abc import Callable

import pytest

from chartgate.findings.finding import Finding
from chartgate.findings.references import CHECK

FindingsOf = Callable[..., list[Finding]]

SOUND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: c
          env:
            - {name: KEY, valueFrom: {secretKeyRef: {name: web, key: token}}}
          envFrom: [{configMapRef: {name: web}}]
          ports: [{name: http, containerPort: 8080}]
          volumeMounts: [{name: conf, mountPath: /conf, subPath: a.yaml}, {name: data, mountPath: /data}]
      volumes: [{name: conf, configMap: {name: web}}, {name: data, persistentVolumeClaim: {claimName: web}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
{apiVersion: v1, kind: Secret, metadata: {name: web}, data: {token: eA==}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a.yaml: x}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: web}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: web, port: {name: http}}}}]}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec: {rules: [{backendRefs: [{name: web, port: 80}]}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web, namespace: monitoring}
spec:
  namespaceSelector: {matchNames: [apps]}
  selector: {matchLabels: {app: web}}
  endpoints: [{port: http}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec: {podSelector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: web}]
"""


def test_a_sound_release_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "serviceAccountName: web",
            "serviceAccountName: none",
            "missing Deployment/web: refers to ServiceAccount/none",
        ),
        ("secretKeyRef: {name: web,", "secretKeyRef: {name: none,", "missing Deployment/web: refers to Secret/none"),
        ("key: token", "key: none", "missing-key Deployment/web: key none is not in Secret/web"),
        ("configMapRef: {name: web}", "configMapRef: {name: none}", "missing Deployment/web: refers to ConfigMap/none"),
        ("claimName: web", "claimName: none", "missing Deployment/web: refers to PersistentVolumeClaim/none"),
        ("subPath: a.yaml", "subPath: none", "missing-key Deployment/web: none is no key of ConfigMap/web"),
        (", {name: data, mountPath: /data}", "", "unused-volume Deployment/web: volume data is mounted nowhere"),
        ("{name: conf, configMap: {name: web}}, ", "", "no-volume Deployment/web: mounts conf"),
        (
            "matchLabels: {app: web}}\n  template",
            "matchLabels: {app: x}}\n  template",
            "selector Deployment/web: does not",
        ),
        (
            "spec: {selector: {app: web}, ports",
            "spec: {selector: {app: x}, ports",
            "selector Service/web: matches no pod",
        ),
        ("targetPort: http", "targetPort: none", "port Service/web: Deployment/web has no container port none"),
        ("port: {name: http}", "port: {number: 9}", "port Ingress/web: Service/web has no port 9"),
        ("service: {name: web", "service: {name: none", "missing Ingress/web: refers to Service/none"),
        (
            "backendRefs: [{name: web, port: 80}]",
            "backendRefs: [{name: web, port: 9}]",
            "port HTTPRoute/web: Service/web",
        ),
        ("matchNames: [apps]", "matchNames: [other]", "selector ServiceMonitor/web: finds no Service"),
        (
            "endpoints: [{port: http}]",
            "endpoints: [{port: none}]",
            "port ServiceMonitor/web: no selected Service leads",
        ),
        (
            "kind: Deployment, name: web}}",
            "kind: Deployment, name: x}}",
            "missing HorizontalPodAutoscaler/web: refers to",
        ),
        ("spec: {selector: {matchLabels: {app: web}}}", "spec: {selector: {matchLabels: {app: x}}}", "selector PodDis"),
        ("operator: In", "operator: NotIn", "selector NetworkPolicy/web: matches no pod"),
        ("kind: ClusterRole, name: view", "kind: Role, name: none", "missing RoleBinding/web: refers to Role/none"),
        (
            "subjects: [{kind: ServiceAccount, name: web}]",
            "subjects: [{kind: ServiceAccount, name: x}]",
            "missing RoleB",
        ),
    ],
)
def test_each_broken_reference_is_found(findings_of: FindingsOf, old: str, new: str, expected: str) -> None:
    assert old in SOUND
    found = [f"{f.rule} {f.about}: {f.what}" for f in findings_of(CHECK, SOUND.replace(old, new, 1))]
    assert any(line.startswith(expected) for line in found), found


def test_pods_of_another_workload_must_not_match(findings_of: FindingsOf) -> None:
    pod = "---\nkind: Pod\nmetadata: {name: t, labels: {app: web}, annotations: {helm.sh/hook: test}}\nspec: {}"
    found = {(finding.rule, str(finding.about)) for finding in findings_of(CHECK, SOUND + pod)}
    assert found == {
        ("selector-overlap", "Deployment/web"),
        ("selector-overlap", "Service/web"),
        ("selector-overlap", "PodDisruptionBudget/web"),
    }


def test_a_network_policy_may_be_for_a_hook_alone(findings_of: FindingsOf) -> None:
    pod = "---\nkind: Pod\nmetadata: {name: t, labels: {app: t}, annotations: {helm.sh/hook: test}}\nspec: {}\n"
    policy = "---\nkind: NetworkPolicy\nmetadata: {name: t}\nspec: {podSelector: {matchLabels: {app: t}}}\n"
    assert findings_of(CHECK, SOUND + pod + policy) == []
    assert [finding.rule for finding in findings_of(CHECK, SOUND + policy)] == ["selector"]


def test_an_object_made_twice_is_found(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, SOUND + "---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}")
    assert [(finding.rule, finding.what) for finding in found] == [("duplicate", "made 2 times: only one can exist")]


def test_what_the_case_names_is_outside(findings_of: FindingsOf) -> None:
    broken = SOUND.replace("secretKeyRef: {name: web,", "secretKeyRef: {name: mine,")
    assert [str(finding.target) for finding in findings_of(CHECK, broken)] == ["Secret/mine"]
    assert findings_of(CHECK, broken, values=["auth: {existingSecret: mine}"]) == []


def test_a_misshapen_object_is_a_finding_and_no_crash(findings_of: FindingsOf) -> None:
    found = findings_of(CHECK, "kind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [5]}}}")
    assert {finding.rule for finding in found} == {"malformed"}


@pytest.mark.parametrize(
    "maker",
    [
        "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c}, spec: {secretName: made}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: c}, spec: {target: {name: made}}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: made}, spec: {}}",
        "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: made}, spec: {}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: ["
        "{apiGroups: [''], resources: [secrets], verbs: [create]},"
        "{apiGroups: [''], resources: [secrets], resourceNames: [made], verbs: [get]}]}",
    ],
)
def test_a_secret_that_an_operator_or_a_program_of_the_release_makes_is_there(
    findings_of: FindingsOf, maker: str
) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, volumeMounts: [{name: v}]}],"
    pod += " volumes: [{name: v, secret: {secretName: made}}]}}"
    assert [finding.rule for finding in findings_of(CHECK, pod)] == ["missing"]
    assert findings_of(CHECK, f"{pod}\n---\n{maker}") == []


def test_a_role_that_only_reads_a_secret_makes_none(findings_of: FindingsOf) -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, volumeMounts: [{name: v}]}],"
    pod += " volumes: [{name: v, secret: {secretName: made}}]}}"
    role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: ["
    role += "{apiGroups: [''], resources: [secrets], resourceNames: [made], verbs: [get]}]}"
    assert [finding.rule for finding in findings_of(CHECK, f"{pod}\n---\n{role}")] == ["missing"]


def test_what_every_cluster_has_for_its_add_ons_is_there(findings_of: FindingsOf) -> None:
    binding = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: extension-apiserver-authentication-reader}
"""
    assert findings_of(CHECK, binding) == []
    assert findings_of(CHECK, binding.replace("-reader", "-writer"))


def kinds(found: list[Finding]) -> set[str]:
    return {finding.rule for finding in found}


BUDGET = """\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b}
spec: {minAvailable: 1, selector: {}}
"""


def test_an_empty_selector_means_all_pods_of_the_namespace(findings_of: FindingsOf) -> None:
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n}\nspec: {podSelector: {}}\n"
    assert findings_of(CHECK, BUDGET) == findings_of(CHECK, policy) == []
    assert kinds(findings_of(CHECK, BUDGET.replace("policy/v1", "policy/v1beta1"))) == {"selector"}
    assert kinds(findings_of(CHECK, BUDGET.replace("selector: {}", "selector: {matchLabels: {a: b}}"))) == {"selector"}


WORKER = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      envFrom: [{secretRef: {name: login}}]
"""


@pytest.mark.parametrize(
    "maker",
    [
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {secretName: login}",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: login}\nspec: {}",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: login}\nspec: {}",
        "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: {name: v}\n"
        "spec: {destination: {name: login, create: true}}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"
        "rules: [{apiGroups: [''], resources: [secrets], verbs: [create], resourceNames: [login]}]",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"
        "rules: [{apiGroups: [''], resources: [secrets], verbs: [create]}]\n---\n"
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: pre-install}}\n"
        "spec: {template: {spec: {containers: [{name: c, args: [create, --secret-name=login]}]}}}",
    ],
)
def test_a_secret_of_an_operator_or_a_hook_is_there(findings_of: FindingsOf, maker: str) -> None:
    assert kinds(findings_of(CHECK, WORKER)) == {"missing"}
    assert findings_of(CHECK, f"{WORKER}---\n{maker}\n") == []


@pytest.mark.parametrize(
    "maker",
    [
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p}\nspec: {replicas: 1}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n"
        "rules: [{apiGroups: [apps], resources: [statefulsets], verbs: ['*']}]",
    ],
)
def test_pods_of_an_operator_are_not_in_the_release(findings_of: FindingsOf, maker: str) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: made}, ports: [{port: 80}]}\n"
    assert kinds(findings_of(CHECK, service)) == {"selector"}
    assert findings_of(CHECK, f"{service}---\n{maker}\n") == []


def test_an_account_in_a_namespace_of_others_is_theirs(findings_of: FindingsOf) -> None:
    binding = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: metrics, namespace: kube-system}]
"""
    assert findings_of(CHECK, binding) == []
    assert kinds(findings_of(CHECK, binding.replace("kube-system", "apps"))) == {"missing"}


def test_an_autoscaler_names_the_api_group_of_its_target(findings_of: FindingsOf) -> None:
    target = "{apiVersion: apps/v1, kind: Deployment, name: web}"
    for wrong in ("{kind: Deployment, name: web}", "{apiVersion: v1, kind: Deployment, name: web}"):
        (finding,) = findings_of(CHECK, SOUND.replace(target, wrong))
        assert finding.where == "spec.scaleTargetRef.apiVersion"


def test_a_claim_that_a_stateful_set_makes_and_keys_that_are_added_later_are_there(findings_of: FindingsOf) -> None:
    release = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes: [{name: d, persistentVolumeClaim: {claimName: data-db-0}}]
  containers:
    - name: c
      volumeMounts: [{name: d, mountPath: /d}]
      env: [{name: T, valueFrom: {secretKeyRef: {name: t, key: token}}}]
---
apiVersion: v1
kind: Secret
metadata: {name: t}
type: kubernetes.io/service-account-token
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, volumeMounts: [{name: data, mountPath: /d}]}]}
  volumeClaimTemplates: [{metadata: {name: data}}]
"""
    assert findings_of(CHECK, release) == []
    assert kinds(findings_of(CHECK, release.replace("data-db-0", "other-db-0"))) == {"missing"}


@pytest.mark.parametrize(
    ("spec", "overlaps"),
    [
        ("clusterIP: None, selector: {app.kubernetes.io/part-of: ring}", False),
        ("clusterIP: None, publishNotReadyAddresses: true, selector: {ring: a}", False),
        ("clusterIP: None, selector: {ring: a}", True),
        ("selector: {app.kubernetes.io/part-of: ring}", True),
    ],
)
def test_the_members_of_a_cluster_may_be_of_several_workloads(
    findings_of: FindingsOf, spec: str, overlaps: bool
) -> None:
    members = "".join(
        f"kind: Deployment\nmetadata: {{name: {name}}}\nspec: {{selector: {{matchLabels: {{a: {name}}}}}, template: "
        f"{{metadata: {{labels: {{a: {name}, ring: a, app.kubernetes.io/part-of: ring}}}}, spec: {{}}}}}}\n---\n"
        for name in ("one", "two")
    )
    found = findings_of(CHECK, f"{members}kind: Service\nmetadata: {{name: s}}\nspec: {{{spec}}}\n")
    assert [finding.rule for finding in found] == ["selector-overlap"] * overlaps


def test_a_name_that_the_values_make_of_the_release_is_one_of_theirs(findings_of: FindingsOf) -> None:
    pod = "kind: Pod\nmetadata: {name: p}\nspec: {imagePullSecrets: [{name: release-pull}]}\n"
    assert [finding.rule for finding in findings_of(CHECK, pod)] == ["missing"]
    assert findings_of(CHECK, pod, values=["imagePullSecrets: [{name: '{{ .Release.Name }}-pull'}]"]) == []
