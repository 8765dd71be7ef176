"""Fixtures of the tests on a kind cluster.

- `cluster` is the running cluster, with the default release's images on its node.
- `images` loads others: `images.load_chart_images(render(values=…))`, and `images.own("nginx")` for a folder of
  `tests/e2e/images/`.
- `namespace` is a namespace of the test's own, `release` a release in it that is not installed yet.
- `operator` has the default release, shared by all tests; `neighbour` is a pod beside it.
- `make_namespace(name)`, a context manager, and `release_in(namespace)` are the same for fixtures of a wider scope, so
  that tests which only read can share a release.

A namespace is deleted after its test or fixture; one that is alive when a test fails is described in its report, and
stays with --keep-cluster until the next run.
"""

import os
import re
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_kind.cluster import KindCluster

from chartgate.errors import GateError
from chartgate.releases.release import Release
from chartgate.tools.helm import find_helm
from tests.e2e.cluster.images import Images
from tests.e2e.cluster.kind import ClusterError, cluster_of, running
from tests.e2e.cluster.namespace import (
    Kubectl,
    KubectlError,
    MakeNamespace,
    Namespace,
    remove_namespaces_of_tests,
    until,
)
from tests.e2e.cluster.operator import Operator
from tests.e2e.cluster.pods import Neighbour
from tests.e2e.cluster.policies import enforce
from tests.e2e.cluster.release import ClusterRelease, ReleaseIn
from tests.e2e.cluster.report import sections
from tests.e2e.programs import find_program

HELM = "4.3.1"
STEP_SECONDS = 300

ALIVE = pytest.StashKey[list[Namespace]]()
IMAGES = pytest.StashKey[Images]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ALIVE] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach what the namespaces look like to the report of a failed test."""
    report = yield
    if report.failed and report.when != "teardown":
        alive = item.config.stash[ALIVE]
        report.sections += sections(alive)
        if item.config.getoption("keep_cluster"):
            for namespace in alive:
                namespace.kept = True
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell which images were the real ones, and which a stand-in."""
    if IMAGES in config.stash:
        terminalreporter.section("images on the kind cluster")
        for line in config.stash[IMAGES].told():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def kind_cluster(pytestconfig: pytest.Config) -> Iterator[KindCluster]:
    """pytest-kind's cluster with the programs at hand, removed also after an interrupt while it was made."""
    try:
        kind = Path(_chosen(pytestconfig, "kind_bin", "KIND_BIN") or find_program("kind"))
        kubectl = Path(_chosen(pytestconfig, "kind_kubectl_bin", "KUBECTL_BIN") or find_program("kubectl"))
        image = _chosen(pytestconfig, "kind_image", "KIND_IMAGE")
        with running(
            cluster_of(pytestconfig, kind, kubectl, image), keep=pytestconfig.getoption("keep_cluster")
        ) as made:
            yield made
    except (GateError, ClusterError) as error:
        # Without a cluster nothing is tested: a failure, told once, and never a skip.
        pytest.exit(str(error), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.fixture(scope="session")
def images(kind_cluster: KindCluster, pytestconfig: pytest.Config) -> Images:
    """Loads images on the cluster's node."""
    pytestconfig.stash[IMAGES] = Images(kind_cluster)
    return pytestconfig.stash[IMAGES]


@pytest.fixture(scope="session")
def cluster(kind_cluster: KindCluster, images: Images, render: Callable[..., Release]) -> Kubectl:
    """kubectl on the running cluster, which has the images of the default release and enforces NetworkPolicy."""
    kubectl = Kubectl(kind_cluster.kubectl_path, kind_cluster.kubeconfig_path)
    until(lambda: serves_workloads(kubectl), "the API server serves the group apps")
    remove_namespaces_of_tests(kubectl)
    images.load_chart_images(render())
    enforce(kubectl, images)
    return kubectl


@pytest.fixture(scope="session")
def make_namespace(cluster: Kubectl, pytestconfig: pytest.Config) -> MakeNamespace:
    """Makes a namespace of about that name, for the time of a `with` block."""

    @contextmanager
    def make(name: str) -> Iterator[Namespace]:
        words = re.sub(r"[^a-z0-9]+", "-", name.lower()).removeprefix("test-")
        namespace = Namespace(cluster, f"{words[:50].strip('-')}-{secrets.token_hex(3)}")
        pytestconfig.stash[ALIVE].append(namespace)
        try:
            yield namespace
        finally:
            pytestconfig.stash[ALIVE].remove(namespace)
            if not namespace.kept:
                namespace.delete()

    return make


@pytest.fixture
def namespace(make_namespace: MakeNamespace, request: pytest.FixtureRequest) -> Iterator[Namespace]:
    """A namespace of the test's own."""
    with make_namespace(request.node.name) as made:
        yield made


@pytest.fixture(scope="session")
def release_in(chart: Path, tmp_path_factory: pytest.TempPathFactory) -> ReleaseIn:
    """Makes a release called "relay" in a namespace; nothing is installed yet."""
    home = tmp_path_factory.mktemp("helm")

    def make(namespace: Namespace) -> ClusterRelease:
        folder = home / namespace.name
        folder.mkdir(mode=0o700, exist_ok=True)
        return ClusterRelease(
            name="relay",
            namespace=namespace.name,
            chart=chart,
            helm=find_helm(HELM),
            kubeconfig=namespace.kubectl.kubeconfig.absolute(),
            folder=folder,
            home=home,  # one for all, so that Helm asks the server only once what it serves
            seconds=STEP_SECONDS,
            kubectl=namespace.kubectl.program.absolute(),
        )

    return make


@pytest.fixture
def release(release_in: ReleaseIn, namespace: Namespace) -> ClusterRelease:
    """A release called "relay" in the test's namespace; nothing is installed yet."""
    return release_in(namespace)


@pytest.fixture(scope="session")
def operator(make_namespace: MakeNamespace, release_in: ReleaseIn) -> Iterator[Operator]:
    """Of a release with the default values, unmodified, that `--wait` has seen ready.

    It is shared: a test may do to it what it likes, as long as it leaves one ready pod with the default values, stores
    no accounts but the neighbour's, and does not count on there being no other.
    """
    with make_namespace("default") as namespace:
        release = release_in(namespace)
        release.install()
        yield Operator(namespace, release)


@pytest.fixture(scope="session")
def neighbour(operator: Operator) -> Neighbour:
    """Beside the shared release."""
    return Neighbour(operator.namespace, operator.image())


def serves_workloads(kubectl: Kubectl) -> bool:
    """Whether the API server has its groups: for some seconds after its start it answers 404."""
    try:
        return "deployments" in kubectl("get", "--raw", "/apis/apps/v1")
    except KubectlError:
        return False


def _chosen(config: pytest.Config, option: str, variable: str) -> str | None:
    """The command line's choice, else the environment's."""
    chosen: str | None = config.getoption(option) or os.environ.get(variable)
    return chosen
