"""Images on the cluster's node: the chart's own where they can be pulled, else stand-ins from `tests/e2e/images/`.

A stand-in never gets the name of the real image on this machine, only on the node.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pytest_kind.cluster import KindCluster

from chartgate.releases.release import Release
from chartgate.tools.cache import scratch_folder
from tests.e2e.cluster.kind import node, on_node
from tests.e2e.programs import image_program

FOLDER = Path(__file__).parents[1] / "images"
BUILDS_AT_ONCE = 2
LOCAL = "claude-relay-e2e"
# The container that runs an image, and the folder of its stand-in.
STAND_INS = {"http": "application", "redis": "redis", "fluent-bit": "fluent_bit", "metrics": "json_exporter"}

# The folders that hold the real program, in an image of the tests.
REAL_PROGRAMS = {"redis", "json_exporter"}


class ImageError(Exception):
    """An image can neither be pulled nor built: what Docker says."""


class Images:
    """What is on the node already, and which of it are stand-ins."""

    def __init__(self, cluster: KindCluster) -> None:
        self._cluster = cluster
        self._loaded: set[str] = set()
        self._stand_ins: dict[str, str] = {}

    def told(self) -> list[str]:
        """A line for each image: whether it is the real one or a stand-in."""
        real = [f"real: {image}" for image in self._loaded if image not in self._stand_ins and LOCAL not in image]
        built = [
            f"{'real program' if folder in REAL_PROGRAMS else 'STAND-IN'} for {image}: tests/e2e/images/{folder}"
            for image, folder in self._stand_ins.items()
        ]
        return sorted(real) + sorted(built)

    def load_chart_images(self, release: Release) -> None:
        """Load every image of a rendered release, under the name that its pods use.

        Raises:
            ImageError: one can neither be pulled nor built.
        """
        containers = [container for obj in release.workloads() for container in obj.containers]
        folders = {c.manifest["image"]: STAND_INS[c.name] for c in containers if c.name in STAND_INS}
        assert folders, "the release has none of the containers that are known here"
        missing = {image: folder for image, folder in folders.items() if image not in self._loaded}
        stand_ins = {image: folder for image, folder in missing.items() if not self._load_real(image)}
        self._own(sorted(set(stand_ins.values())))
        for image, folder in stand_ins.items():
            on_node(self._cluster, *_CTR, "tag", "--force", canonical(_local(folder)), canonical(image))
            self._loaded.add(image)
            self._stand_ins[image] = folder

    def load(self, image: str) -> None:
        """Load an image that is no part of the chart under its own name.

        Raises:
            ImageError: it is not on this machine, and the node cannot pull it.
        """
        if image not in self._loaded and not self._load_real(image):
            raise ImageError(f"{image} is not on this machine, and the cluster's node cannot pull it")

    def own(self, folder: str) -> str:
        """Build the image of a folder of `tests/e2e/images/`, load it, and return its name.

        Raises:
            ImageError: it cannot be built.
        """
        self.prepare(folder)
        return _local(folder)

    def prepare(self, *folders: str) -> None:
        """Build and load several; quicker than one by one.

        Raises:
            ImageError: one cannot be built.
        """
        self._own(list(folders))

    def _load_real(self, image: str) -> bool:
        """Whether the image is on this machine, or can be pulled by the node; then it is loaded."""
        if not subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False).returncode:
            self._load([image])
            return True
        # ctr, since not every node image has a client of the container runtime interface.
        pull = ["docker", "exec", node(self._cluster), *_CTR, "pull", canonical(image)]
        pulled = not subprocess.run(pull, capture_output=True, check=False).returncode
        if pulled:
            self._loaded.add(image)
        return pulled

    def _own(self, folders: list[str]) -> None:
        missing = [folder for folder in folders if _local(folder) not in self._loaded]
        with ThreadPoolExecutor(BUILDS_AT_ONCE) as builders:
            list(builders.map(_build, missing))
        self._load([_local(folder) for folder in folders])

    def _load(self, images: list[str]) -> None:
        """Several at once, since what they have in common is then sent once."""
        missing = [image for image in images if image not in self._loaded]
        if missing:
            command = [str(self._cluster.kind_path), "load", "docker-image", "--name", self._cluster.name, *missing]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise ImageError(f"kind cannot load {', '.join(missing)}: {done.stderr.strip()}")
            self._loaded.update(missing)


def canonical(image: str) -> str:
    """The name as containerd keeps it: with the registry, and the library of Docker Hub named.

    Source: distribution/reference, "familiar" and normalised names.
    """
    first, _, rest = image.partition("/")
    if not rest or not (set(first) & set(".:") or first == "localhost"):
        first, rest = "docker.io", image
    if first == "docker.io" and "/" not in rest:
        rest = f"library/{rest}"
    return f"{first}/{rest}"


_CTR = ("ctr", "--namespace=k8s.io", "images")


def _local(folder: str) -> str:
    return f"{LOCAL}/{folder}:local"


@contextmanager
def _context(folder: str) -> Iterator[Path]:
    """What Docker builds from: the folder and, where the catalogue has one for it, the program."""
    program = image_program(folder)
    if program is None:
        yield FOLDER / folder
        return
    with scratch_folder() as scratch:
        context = Path(shutil.copytree(FOLDER / folder, scratch / folder))
        (context / folder).write_bytes(program)
        (context / folder).chmod(0o755)
        yield context


def _build(folder: str) -> None:
    # Docker without the plugin buildx has only its older builder; the host's network serves Debian's packages.
    plugin = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    environment = {**os.environ, **({"DOCKER_BUILDKIT": "0"} if plugin.returncode else {})}
    with _context(folder) as context:
        command = ["docker", "build", "--quiet", "--network=host", "--tag", _local(folder), str(context)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ImageError(f"{FOLDER / folder} cannot be built: {done.stdout.strip()}\n{done.stderr.strip()}")
