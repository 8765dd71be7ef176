"""The check itself: every rule about references, over each object in its release."""

from collections.abc import Iterator

from chartgate.findings.check import Check, Fault, Rule
from chartgate.findings.references import names, pods, routes, selectors
from chartgate.findings.references.surroundings import Surroundings
from chartgate.findings.scopes import EachObjectInRelease
from chartgate.releases.objects import KubeObject


def judge(obj: KubeObject, surroundings: Surroundings) -> Iterator[Fault]:
    """Faults of each reference in an object to others of its release."""
    for rules in (names, pods, selectors, routes):
        yield from rules.judge(obj, surroundings)


CHECK = Check(
    key="references",
    title="References between objects",
    why="Kubernetes accepts a name, key, port or selector that leads nowhere; the pod then never starts or serves.",
    source="Kubernetes API reference; Gateway API; Prometheus Operator API",
    scopes=(EachObjectInRelease(judge, view=Surroundings),),
    rules={
        "missing": Rule(
            "an object refers to one that the chart does not make and its values do not name",
            "correct the name, or list the object in chartgate.yaml under outside or absent with the reason",
            "serviceAccountName: worker, and no ServiceAccount of that name",
        ),
        "missing-key": Rule(
            "a reference names a key that the Secret or ConfigMap does not have",
            "correct the key, or add it there",
            "secretKeyRef: {name: login, key: pasword}, and the Secret has the key password",
        ),
        "duplicate": Rule(
            "one object is made twice",
            "give each a name of its own",
            "two ConfigMaps named settings in one namespace",
        ),
        "no-volume": Rule(
            "a container mounts a volume that its pod does not have",
            "add the volume or correct the name",
            "volumeMounts: [{name: data, mountPath: /data}], and no volume of that name",
        ),
        "unused-volume": Rule(
            "a pod has a volume that no container mounts",
            "mount it or leave it out",
            "volumes: [{name: data, emptyDir: {}}], and no volumeMounts",
            severity="warning",
        ),
        "selector": Rule(
            "a selector finds no pod, or not those of its own workload",
            "make both from one helper",
            "selector: {app: web}, and the pods have the label app: site",
        ),
        "selector-overlap": Rule(
            "a selector finds the pods of another workload as well",
            "select by a label that only one of them has, such as app.kubernetes.io/component",
            "selector: {app: shop} of a Service, and two Deployments have that label",
        ),
        "port": Rule(
            "a Service, route or monitor leads to a port that is not there",
            "use a port that the Service or a container has",
            "targetPort: http, and no container port has that name",
        ),
    },
)
