"""A kind cluster by pytest-kind: created, or kept by an earlier run, and removed however the tests end."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from pytest_kind.cluster import KindCluster

from chartgate.tools.cache import cache_folder
from chartgate.tools.interrupts import interrupts_at_the_end, sigterm_as_interrupt

CONFIGURATION = Path(__file__).with_name("kind.yaml")
READY_SECONDS = 180


class ClusterError(Exception):
    """There can be no cluster: what is wrong, and what to do."""


def cluster_of(config: pytest.Config, kind: Path, kubectl: Path, image: str | None) -> KindCluster:
    """The cluster that pytest-kind's options describe."""
    kubeconfig = config.getoption("kubeconfig")
    return KindCluster(
        config.getoption("cluster_name"),
        Path(kubeconfig) if kubeconfig else None,
        image=image,
        kind_path=kind,
        kubectl_path=kubectl,
    )


@contextmanager
def running(cluster: KindCluster, *, keep: bool) -> Iterator[KindCluster]:
    """Create the cluster, and remove it at the end.

    With `keep` it stays, and one of its name is used again. Without it, one of its name is removed first: a run that
    was killed has left it, and its releases would take the CPU that the new ones request.

    Raises:
        ClusterError: there is no Docker engine, another run uses the cluster, or kind fails.
    """
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        raise ClusterError("no Docker engine answers, and kind needs one: install Docker and start it")
    with sigterm_as_interrupt(), _alone(cluster):
        try:
            if not (keep and _usable(cluster)):
                cluster.delete()
                _make(cluster)
            cluster.create()  # which finds it, and connects
            yield cluster
        finally:
            if not keep:
                cluster.delete()
                shutil.rmtree(cluster.path)


def node(cluster: KindCluster) -> str:
    """The name of the node's container."""
    return f"{cluster.name}-control-plane"


def on_node(cluster: KindCluster, *command: str) -> str:
    """The output of a command on the node."""
    return subprocess.run(
        ["docker", "exec", node(cluster), *command], capture_output=True, text=True, check=True
    ).stdout


@contextmanager
def _alone(cluster: KindCluster) -> Iterator[None]:
    """No other run of this user has a cluster of that name. The lock of a killed run is released with it."""
    lock = FileLock(cache_folder("kind") / f"{cluster.name}.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise ClusterError(
            f"another run uses the cluster {cluster.name}: wait for its end, or choose another --cluster-name"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _usable(cluster: KindCluster) -> bool:
    """Whether a cluster of that name answers."""
    kind = str(cluster.kind_path)
    names = subprocess.run([kind, "get", "clusters"], capture_output=True, text=True, check=True).stdout.split()
    if cluster.name not in names:
        return False
    try:
        export = [kind, "export", "kubeconfig", "--name", cluster.name, "--kubeconfig", str(cluster.kubeconfig_path)]
        subprocess.run(export, check=True)
        cluster.kubectl("get", "--raw", "/readyz", "--request-timeout=10s")
    except subprocess.CalledProcessError:
        return False
    return True


def _make(cluster: KindCluster) -> None:
    """Make it. An interrupt is heeded when kind has ended: what Docker is still beginning, nobody could remove."""
    cluster.kubeconfig_path.touch(0o600)
    command = [str(cluster.kind_path), "create", "cluster", "--name", cluster.name, "--config", str(CONFIGURATION)]
    command += ["--wait", f"{READY_SECONDS}s"]
    image = ["--image", cluster.image] if cluster.image else []
    kubeconfig = ["--kubeconfig", str(cluster.kubeconfig_path)]
    with interrupts_at_the_end():
        # In a session of its own, or Ctrl-C would reach it too.
        done = subprocess.run([*command, *image, *kubeconfig], start_new_session=True, check=False)
    if done.returncode:
        raise ClusterError(f"kind cannot make the cluster {cluster.name}: see above what it wrote")
