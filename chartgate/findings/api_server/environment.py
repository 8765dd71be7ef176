"""The names of environment variables: the only rule of the check that differs between versions of Kubernetes."""

import re
from collections.abc import Iterator

from chartgate.findings.api_server.fault import Fault, containers, places
from chartgate.releases.objects import KubeObject
from chartgate.tools.catalogue import version_key

_OLD_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_NEW_NAME = re.compile(r"[ -<>-~]+")


def any_name(kube_version: str) -> bool:
    """Whether a version of Kubernetes allows any printable ASCII but = (KEP-4369, on by default since 1.32)."""
    return version_key(kube_version) >= (1, 32)


def judge(obj: KubeObject, kube_version: str) -> Iterator[Fault]:
    """pkg/apis/core/validation: validateEnvVarName."""
    form = _NEW_NAME if any_name(kube_version) else _OLD_NAME
    for path, container in containers(obj):
        for where, name in places(container, "env[].name", path):
            if not form.fullmatch(str(name)):
                before = "" if form is _NEW_NAME or not _NEW_NAME.fullmatch(str(name)) else " before 1.32"
                what = f'"{name}" is not a valid name of an environment variable{before}'
                yield Fault("format", where, name, what)
