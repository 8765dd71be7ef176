"""An upgrade as Helm sees it: `.Release.IsUpgrade` is true, and `lookup` finds the objects of the first installation.

`helm template` looks up nothing without a cluster. So a small HTTP server on this machine answers as an API server that
has just these objects, and Helm asks it with `--dry-run=server`.
"""

import base64
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from chartgate.releases import store
from chartgate.releases.helm_program import ProgramAnswer, ask_program
from chartgate.releases.identity import CLUSTER_SCOPED, full_kind
from chartgate.releases.jobs import Job
from chartgate.releases.manifests import split_output
from chartgate.releases.objects import KubeObject
from chartgate.releases.release import Release
from chartgate.releases.render import objects_of
from chartgate.tools.cache import scratch_folder
from chartgate.tools.chart_files import ChartFiles
from chartgate.tools.engines import REFERENCE_SPEC
from chartgate.tools.helm import find_helm
from chartgate.tools.schemas import custom_schemas, full_version
from chartgate.tools.served_api_versions import served_api_versions
from chartgate.tools.served_kinds import served_kinds

FORMAT = 2
"""Raised when an answer is made in another way, so that older stored answers are not read."""
Kinds = Mapping[str, Collection[str]]
"""The kinds of each API version."""


def render_upgrade(chart: ChartFiles, job: Job, installed: Release, api_versions: Sequence[str] = ()) -> Release:
    """The same case again, on a cluster that has the objects of `installed`, as an upgrade by the newest Helm 4.

    Raises:
        RenderError: Helm refuses the upgrade.
        GateError: Helm cannot be run.
    """
    answer = upgrade_answer(chart, job, installed, api_versions)
    made = objects_of(answer["error"], split_output(answer["manifests"]), job.case.namespace)
    helm = find_helm(REFERENCE_SPEC)
    return Release(job.case.release, job.case.namespace, helm.label, job.kube_version, made)


def upgrade_answer(
    chart: ChartFiles, job: Job, installed: Release, api_versions: Sequence[str] = (), *, cached: bool = True
) -> ProgramAnswer:
    """Helm's answer to the upgrade.

    Args:
        cached: False asks Helm again, also when the answer is known: what is random differs then.

    Raises:
        GateError: Helm cannot be run.
    """
    case, helm = job.case, find_helm(REFERENCE_SPEC)
    told = (*served_api_versions(job.kube_version), *api_versions, *case.api_versions)
    arguments = [case.release, "--namespace", case.namespace, *case.sets, "--include-crds", "--is-upgrade"]
    arguments += ["--dry-run=server", "--disable-openapi-validation", "--kube-version", full_version(job.exact)]
    arguments += [part for version in told for part in ("--api-versions", version)]
    objects = [*(_as_stored(obj, installed) for obj in installed if not _is_gone(obj)), *_named_elsewhere(installed)]
    key = store.key_of("upgrade", chart.digest, helm.version, arguments, case.values, objects, FORMAT)
    answer = store.load("renders", key, ProgramAnswer) if cached else None
    if answer is None:
        kinds = _kinds(installed, {*api_versions, *case.api_versions})
        with _cluster(objects, kinds, installed) as kubeconfig:
            answer = ask_program(helm, chart, "template", arguments, case.values, kubeconfig=kubeconfig)
        store.save("renders", key, answer)
    return answer


def _is_gone(obj: KubeObject) -> bool:
    """Whether Helm deletes the object right after the installation, as it does with hooks that say so."""
    return "hook-succeeded" in str(obj.annotations.get("helm.sh/hook-delete-policy", ""))


def _as_stored(obj: KubeObject, release: Release) -> dict[str, Any]:
    """An object as an API server gives it back: with base64 in Secrets, and with the marks of its Helm release."""
    stored: dict[str, Any] = json.loads(json.dumps(obj.manifest))
    about = stored["metadata"]
    about |= {"uid": f"uid-of-{obj.name}", "creationTimestamp": "2024-01-01T00:00:00Z", "resourceVersion": "1"}
    if obj.namespace:
        about["namespace"] = obj.namespace
    about["labels"] = {**_mapping(about.get("labels")), "app.kubernetes.io/managed-by": "Helm"}
    marks = {"meta.helm.sh/release-name": release.name, "meta.helm.sh/release-namespace": release.namespace}
    about["annotations"] = {**_mapping(about.get("annotations")), **marks}
    if obj.kind == "Secret":
        texts = _mapping(stored.pop("stringData", None))
        coded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
        stored["data"] = {**_mapping(stored.get("data")), **coded}
    return stored


def _mapping(value: Any) -> dict[str, Any]:
    """A mapping; an empty one in the place of anything else, which the checks report."""
    return value if isinstance(value, dict) else {}


def _named_elsewhere(release: Release) -> Iterator[dict[str, Any]]:
    """The Secrets and ConfigMaps that the release reads and does not make: whoever installed it has made them."""
    read: dict[tuple[str, str, str], set[str]] = {}
    for obj in release:
        for kind, name, key in _references(obj.manifest):
            if release.find(kind, name, obj.namespace) is None:
                read.setdefault((kind, obj.namespace, name), set()).update({key} - {""})
    for (kind, namespace, name), keys in sorted(read.items()):
        value = base64.b64encode(_SOME_VALUE).decode() if kind == "Secret" else _SOME_VALUE.decode()
        about = {"name": name, "namespace": namespace}
        yield {"apiVersion": "v1", "kind": kind, "metadata": about, "data": dict.fromkeys(sorted(keys), value)}


_SOME_VALUE = b"0123456789abcdef0123456789abcdef"
_REFERENCES = {
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
}


def _references(node: Any) -> Iterator[tuple[str, str, str]]:
    """The kind, the name and the key, or "", of each reference to a Secret or a ConfigMap in a manifest."""
    if isinstance(node, Mapping):
        for name, child in node.items():
            if name in _REFERENCES and isinstance(child, Mapping) and child.get("name"):
                yield _REFERENCES[name], str(child["name"]), str(child.get("key") or "")
            elif name == "secretName" and isinstance(child, str) and child:
                yield "Secret", child, ""
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _kinds(release: Release, claimed: Collection[str]) -> Kinds:
    """What the cluster serves: Kubernetes' own kinds, those of the release, and those of the API versions claimed."""
    found: dict[str, set[str]] = {}
    known = [kind for group in {name.partition("/")[0] for name in claimed} for kind in custom_schemas(group)]
    custom = [(api, kind) for api, kind in known if api in claimed or f"{api}/{kind}" in claimed]
    own = [obj.kind_key for obj in release]
    served = set(served_api_versions(release.kube_version))
    for api, kind in [*((a, k) for a, k in served_kinds(release.kube_version) if f"{a}/{k}" in served), *custom, *own]:
        found.setdefault(api, set()).add(kind)
    return found


@contextmanager
def _cluster(objects: Sequence[Mapping[str, Any]], kinds: Kinds, release: Release) -> Iterator[Path]:
    """A server with these objects for as long as the block lasts; gives the kubeconfig that leads to it."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": release.namespace}}
    without_namespace = {obj.kind_key for obj in release if obj.without_namespace}
    content = _Content([*objects, namespace], kinds, release.kube_version, without_namespace)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are written apart. With Nagle's algorithm the body waits 40 ms for the client's answer.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            found = content.answer(self.path.partition("?")[0])
            text = json.dumps(_NOT_FOUND if found is None else found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Objects may be Secrets: nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with scratch_folder() as folder:
            kubeconfig = folder / "kubeconfig"
            kubeconfig.write_text(_kubeconfig(f"http://127.0.0.1:{server.server_address[1]}"), encoding="utf-8")
            kubeconfig.chmod(0o600)
            yield kubeconfig
    finally:
        server.shutdown()
        server.server_close()


class _Content:
    """What the server answers to a path. The name of a resource is its kind in small letters: nobody else asks."""

    def __init__(
        self,
        objects: Sequence[Mapping[str, Any]],
        kinds: Kinds,
        kube_version: str,
        without_namespace: Collection[tuple[str, str]],
    ) -> None:
        self._without_namespace = without_namespace
        self._objects = objects
        self._kinds = kinds
        self._version = kube_version

    def answer(self, path: str) -> Any:
        if path == "/version":
            major, minor = self._version.split(".")
            return {"major": major, "minor": minor, "gitVersion": f"v{self._version}.0"}
        parts = path.strip("/").split("/")
        if parts == ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"]}
        if parts == ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": self._groups()}
        api, rest = ("v1", parts[2:]) if parts[0] == "api" else ("/".join(parts[1:3]), parts[3:])
        if api not in self._kinds:
            return None
        return self._found(api, rest) if rest else self._resources(api)

    def _groups(self) -> list[dict[str, Any]]:
        names = sorted({api.rpartition("/")[0] for api in self._kinds} - {""})
        groups = []
        for name in names:
            versions = [
                {"groupVersion": api, "version": api.rpartition("/")[2]}
                for api in sorted(self._kinds)
                if api.rpartition("/")[0] == name
            ]
            groups.append({"name": name, "versions": versions, "preferredVersion": versions[0]})
        return groups

    def _resources(self, api: str) -> dict[str, Any]:
        resources = [
            {
                "name": kind.lower(),
                "singularName": kind.lower(),
                "namespaced": full_kind(api, kind) not in CLUSTER_SCOPED and (api, kind) not in self._without_namespace,
                "kind": kind,
                "verbs": ["get", "list"],
            }
            for kind in sorted(self._kinds[api])
        ]
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api, "resources": resources}

    def _found(self, api: str, rest: Sequence[str]) -> Any:
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        fitting = [
            one
            for one in self._objects
            if one["apiVersion"] == api and one["kind"].lower() == rest[0] and _is_in(one, namespace)
        ]
        if len(rest) > 1:
            return next((one for one in fitting if one["metadata"]["name"] == rest[1]), None)
        kind = next((kind for kind in self._kinds[api] if kind.lower() == rest[0]), "")
        return {"kind": f"{kind}List", "apiVersion": api, "metadata": {}, "items": fitting}


def _is_in(one: Mapping[str, Any], namespace: str) -> bool:
    return not namespace or one["metadata"].get("namespace") == namespace


def _kubeconfig(server: str) -> str:
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "installed", "cluster": {"server": server}}],
            "users": [{"name": "installed", "user": {}}],
            "contexts": [{"name": "installed", "context": {"cluster": "installed", "user": "installed"}}],
            "current-context": "installed",
        }
    )


_NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
