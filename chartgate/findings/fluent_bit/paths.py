"""Files that a configuration names: those that Fluent Bit reads must be mounted, those that it writes be writable."""

from collections.abc import Container, Iterator

from chartgate.findings.fluent_bit.classic import Configuration, Section
from chartgate.findings.fluent_bit.mounts import Mount
from chartgate.findings.fluent_bit.start import Fault

_READ = frozenset({"parsers_file", "plugins_file", "streams_file", "script"})
_READ_FOR_TLS = frozenset({"tls.ca_file", "tls.crt_file", "tls.key_file"})
_WRITTEN = frozenset({"storage.path", "db", "store_dir"})
# Folders with files in Fluent Bit's own image.
_IMAGE = ("/fluent-bit/", "/etc/ssl/", "/usr/share/")


def path_faults(configuration: Configuration, names: Container[str], mount: Mount) -> Iterator[Fault]:
    """What is wrong in a container that mounts the ConfigMap, whose keys are `names`, at `mount.path`.

    Fluent Bit does not start without a file that it reads, nor with a folder that it cannot write to.
    """
    for section in configuration.sections:
        for key, path, line in section.entries:
            if not path.startswith("/") or "$" in path:
                continue
            if _is_read(section, key.lower()):
                if not _is_there(path, names, mount):
                    yield "file", line, f"{key}: no volume of the container {mount.container} has {path}"
            elif key.lower() in _WRITTEN and not mount.can_write(path):
                yield "file", line, f"{key}: the container {mount.container} cannot write to {path}"


def _is_read(section: Section, key: str) -> bool:
    return key in _READ or (key in _READ_FOR_TLS and section.get("tls").lower() in {"on", "true", "yes"})


def _is_there(path: str, names: Container[str], mount: Mount) -> bool:
    volume = mount.volume_of(path)
    if volume is None:
        return path.startswith(_IMAGE)
    return volume != mount.path or path[len(volume) :].lstrip("/") in names
