"""A namespace on the API server: its objects as the server tells them, and what the server would say to a pod."""

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from kubernetes import client, config
from kubernetes.dynamic import DynamicClient, ResourceList

from chartgate.findings.api_server.words import Remark, remarks
from chartgate.tools.control_plane.client import ApiServer, Manifest

Ref = tuple[str, str]
"""(kind, name)"""

RESTRICTED = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
HELM_RECORD = "helm.sh/release.v1"


def connect(kubeconfig: Path, cache: Path) -> Any:
    """A client of the API server. It is untyped, since it hands objects on as the server wrote them."""
    settings = client.Configuration()
    settings.no_proxy = "127.0.0.1"  # a proxy of the user's own cannot reach this server
    config.load_kube_config(str(kubeconfig), client_configuration=settings, persist_config=False)  # type: ignore[no-untyped-call]
    return DynamicClient(client.ApiClient(settings), cache_file=str(cache))  # type: ignore[no-untyped-call]


def metadata(objects: Mapping[Ref, Any], field: str) -> dict[Ref, str]:
    """One field of the metadata of every object, such as "uid" or "resourceVersion"."""
    return {ref: item["metadata"][field] for ref, item in objects.items()}


class Namespace:
    """A new namespace that enforces Pod Security "restricted"."""

    def __init__(self, connection: Any, server: ApiServer, name: str) -> None:
        self._connection = connection
        self._server = server
        self.name = name
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}}
        connection.resources.get(api_version="v1", kind="Namespace").create(manifest)

    def get(self, kind: str, name: str) -> Any:
        """An object of this namespace as plain data."""
        return self._resource(kind).get(name=name, namespace=self.name).to_dict()

    def apply(self, manifest: Manifest) -> None:
        """Create or change an object, as somebody else than Helm."""
        self._resource(manifest["kind"]).server_side_apply(
            manifest, namespace=self.name, field_manager="somebody-else", force_conflicts=True
        )

    def delete(self, kind: str, name: str) -> None:
        """Delete an object alone: there is no garbage collector here that would delete what it has made."""
        body = {"propagationPolicy": "Background"}  # others wait for that collector
        self._resource(kind).delete(name=name, namespace=self.name, body=body)

    def scale(self, kind: str, name: str, count: int, manager: str) -> None:
        """Change a workload's replica count as an autoscaler does: through its scale, as somebody else than Helm."""
        path = self._resource(kind).path(name=name, namespace=self.name)
        self._connection.request(
            "patch",
            f"{path}/scale",
            body={"spec": {"replicas": count}},
            content_type="application/merge-patch+json",
            query_params=[("fieldManager", manager)],
        )

    def secret(self, name: str) -> dict[str, str]:
        """The data of a Secret, in base64 as the server has it: equal texts are equal bytes."""
        return dict(self.get("Secret", name)["data"])

    def token(self, account: str) -> str:
        """A new token of a ServiceAccount, such as a pod has: with it, the server enforces the account's rights."""
        path = f"{self._resource('ServiceAccount').path(name=account, namespace=self.name)}/token"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        return str(self._connection.request("post", path, body=body).status.token)

    def complete_jobs(self) -> None:
        """Say that every Job has succeeded, as the Job controller does, which is not here."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        conditions = [
            {"type": name, "status": "True", "lastTransitionTime": now} for name in ("SuccessCriteriaMet", "Complete")
        ]
        times = {"startTime": now, "completionTime": now}
        status = {**times, "succeeded": 1, "conditions": conditions, "uncountedTerminatedPods": {}}
        for _, name in self.objects_of("Job"):
            path = f"{self._resource('Job').path(name=name, namespace=self.name)}/status"
            body = {"status": status}
            self._connection.request("patch", path, body=body, content_type="application/merge-patch+json")

    def pod_template(self, kind: str, name: str) -> Any:
        """What the pods of a workload are made from; its controller rolls them when, and only when, this changes."""
        return self.get(kind, name)["spec"]["template"]

    def objects(self) -> dict[Ref, Any]:
        """Every object there is, but for events and the records that Helm keeps of its releases."""
        return self.objects_of(*(resource.kind for resource in self._kinds))

    def objects_of(self, *kinds: str) -> dict[Ref, Any]:
        """The objects of these kinds."""
        found: dict[Ref, Any] = {}
        for resource in map(self._resource, kinds):
            answer = resource.get(namespace=self.name, serialize=False)
            for item in json.loads(answer.data)["items"]:
                if item.get("type") != HELM_RECORD:
                    found[resource.kind, item["metadata"]["name"]] = item
        return found

    def try_pod(self, pod: Manifest) -> list[Remark]:
        """What the server remarks on a pod, which is not created; empty where it admits the pod without a warning."""
        pod = {"apiVersion": "v1", "kind": "Pod", **pod}
        return remarks(self._server.try_to_create(pod, self.name), pod)

    def _resource(self, kind: str) -> Any:
        return next(resource for resource in self._kinds if resource.kind == kind)

    @cached_property
    def _kinds(self) -> list[Any]:
        """Every kind that lives in a namespace and can be listed, in the version that the server prefers."""
        return [
            resource
            for resource in self._connection.resources.search(preferred=True)
            if not isinstance(resource, ResourceList) and resource.namespaced
            if "list" in resource.verbs and resource.kind != "Event"
        ]


class RunJob(Protocol):
    """Runs the program of the newest Job in a namespace, as the kubelet would."""

    def __call__(self, address: str = ..., authority: Path = ...) -> "subprocess.CompletedProcess[str]":
        """What the program does with an API server at an address, whose certificate an authority has signed. Without
        both, it is the real one.
        """
