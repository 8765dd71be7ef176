"""Programs that are published as the source of a Go module only, built once from their pin."""

import io
import zipfile
from pathlib import Path

from chartgate.tools.cache import cache_folder, scratch_folder, write_whole
from chartgate.tools.catalogue import GoModule
from chartgate.tools.download import fetch_module, registry_client, run_client
from chartgate.tools.progress import say


def go_program(module: GoModule, package: str = ".") -> Path:
    """The program that a module has in the folder `package`, such as "./cmd/program"; by default at its root.

    The pin covers the module's go.sum too, which in turn has the hash of everything that the program is built of.

    Raises:
        GateError: the module, or one that it needs, cannot be downloaded, or it does not build.
    """
    name = (module.name if package == "." else package).rsplit("/", 1)[-1]
    program = cache_folder("go-programs", f"{name}-{module.version}") / name
    if not program.exists():
        archive = fetch_module(module)
        say(f"building {name} {module.version}")
        with scratch_folder() as folder:
            with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
                bundle.extractall(folder)
            build(folder / f"{module.name}@{module.version}", package, program)
    return program


def build(source: Path, package: str, program: Path) -> None:
    """Build a package of the module in the folder `source`, and write the program.

    Raises:
        GateError: a module that it needs cannot be downloaded, or it does not build.
    """
    with scratch_folder() as folder:
        built = folder / "program"
        command = [*registry_client("go"), "build", "-mod=readonly", "-trimpath", "-o", str(built), package]
        settings = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"}
        run_client(command, cwd=source, environment=settings)
        write_whole(program, built.read_bytes(), mode=0o755)
