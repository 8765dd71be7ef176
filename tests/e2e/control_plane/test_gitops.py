"""The examples of "GitOps" in docs/operations.md, as Argo CD and Flux apply them, step by step with their means.

Neither runs here. Argo CD renders with `helm template` and the cluster's APIs, runs hooks first and in waves, and
applies and compares on the server's side (its documentation: Helm, Sync Phases and Waves, Server-Side Apply).
Flux installs and upgrades by Helm, and sends the release's manifest as a dry run
(its documentation: HelmRelease, Drift Detection).
"""

from typing import Any

import pytest
import yaml

from chartgate.tools.control_plane.client import ApiServer
from release.settings import read_settings
from tests.documents import OPERATIONS, ROOT, blocks
from tests.e2e.control_plane.kubectl import Kubectl
from tests.e2e.control_plane.namespace import Namespace, RunJob, metadata
from tests.e2e.helm_release import HelmRelease, ReleaseCalled

HOOK, WAVE = "argocd.argoproj.io/hook", "argocd.argoproj.io/sync-wave"
TRACKING = "argocd.argoproj.io/tracking-id"
Manifest = dict[str, Any]


def example(kind: str) -> Manifest:
    """The object of a kind in the document's section."""
    texts = [block.text for block in blocks(OPERATIONS) if (block.heading, block.language) == ("GitOps", "yaml")]
    (found,) = (item for text in texts for item in yaml.safe_load_all(text) if item["kind"] == kind)
    return dict(found)


@pytest.fixture
def application() -> Manifest:
    return example("Application")


@pytest.fixture
def release(release_called: ReleaseCalled, application: Manifest) -> HelmRelease:
    """Argo CD and Flux call the release like the Application or the HelmRelease."""
    source, repository = application["spec"]["source"], example("HelmRepository")["spec"]["url"]
    assert source["repoURL"] == repository == read_settings(ROOT).repository
    assert application["metadata"]["name"] == example("HelmRelease")["metadata"]["name"]
    return release_called(application["metadata"]["name"])


class ArgoCd:
    """Syncs an Application into a namespace."""

    def __init__(
        self, application: Manifest, release: HelmRelease, namespace: Namespace, kubectl: Kubectl, server: ApiServer
    ) -> None:
        self._values = application["spec"]["source"]["helm"]["valuesObject"]
        self._release, self._namespace, self._kubectl = release, namespace, kubectl
        self._known = [f"--api-versions={api}/{kind}" for api, kind in server.kinds]

    def sync(self, run_job: RunJob) -> None:
        """One sync: hooks are made anew, and deleted after they have succeeded."""
        hooks, rest = self._rendered()
        assert hooks
        for hook in hooks:
            reference = (hook["kind"], hook["metadata"]["name"])
            assert reference not in self._namespace.objects_of(hook["kind"]), "a hook of the last sync is left"
            self._kubectl.apply(yaml.safe_dump(hook))
            if hook["kind"] == "Job":
                done = run_job()
                assert not done.returncode, done.stderr
        for hook in hooks:
            self._namespace.delete(hook["kind"], hook["metadata"]["name"])
        self._kubectl.apply(yaml.safe_dump_all(rest))

    def diff(self) -> str:
        """What the next sync would change."""
        return self._kubectl.diff(yaml.safe_dump_all(self._rendered()[1]))

    def _rendered(self) -> tuple[list[Manifest], list[Manifest]]:
        """The hooks by their waves, and the other objects; each with the annotation by which Argo CD knows its own."""
        text = self._release.template(self._values, "--include-crds", *self._known)
        objects = [item for item in yaml.safe_load_all(text) if item]
        for item in objects:
            item["metadata"].setdefault("annotations", {})[TRACKING] = (
                f"relay:{item['kind']}/{item['metadata']['name']}"
            )
        hooks = [item for item in objects if HOOK in item["metadata"]["annotations"]]
        hooks.sort(key=lambda item: int(item["metadata"]["annotations"].get(WAVE, 0)))
        return hooks, [item for item in objects if item not in hooks]


def test_after_three_syncs_of_argo_cd_nothing_differs(
    application: Manifest,
    release: HelmRelease,
    namespace: Namespace,
    kubectl: Kubectl,
    api_server: ApiServer,
    run_job: RunJob,
) -> None:
    argo_cd = ArgoCd(application, release, namespace, kubectl, api_server)
    argo_cd.sync(run_job)
    secrets = {name: item["data"] for (_, name), item in namespace.objects_of("Secret").items()}
    assert len(secrets) == 2
    versions = metadata(namespace.objects_of("Deployment", "StatefulSet"), "generation")
    for _ in range(2):
        argo_cd.sync(run_job)
        assert argo_cd.diff() == ""
    assert {name: item["data"] for (_, name), item in namespace.objects_of("Secret").items()} == secrets
    assert metadata(namespace.objects_of("Deployment", "StatefulSet"), "generation") == versions


def test_flux_finds_no_drift_after_an_installation_and_an_upgrade(
    release: HelmRelease, namespace: Namespace, kubectl: Kubectl
) -> None:
    values = example("HelmRelease")["spec"]["values"]
    release.install(values)
    assert kubectl.diff(release.manifest()) == ""
    secrets = {name: item["data"] for (_, name), item in namespace.objects_of("Secret").items()}
    release.upgrade({**values, "config": {"logLevel": "warn"}})
    assert kubectl.diff(release.manifest()) == ""
    assert {name: item["data"] for (_, name), item in namespace.objects_of("Secret").items()} == secrets


def test_flux_repairs_what_somebody_changed(release: HelmRelease, namespace: Namespace, kubectl: Kubectl) -> None:
    release.install(example("HelmRelease")["spec"]["values"])
    namespace.scale("Deployment", release.name, 3, "somebody-else")
    assert "replicas: 3" in kubectl.diff(release.manifest())
    kubectl.apply(release.manifest())
    assert kubectl.diff(release.manifest()) == ""
