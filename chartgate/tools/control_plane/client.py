"""A client of one API server: plain HTTPS with a token, and no more than the gate needs."""

import http.client
import json
import re
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from chartgate.errors import GateError
from chartgate.tools.control_plane.processes import ControlPlane

Manifest = Mapping[str, Any]
KindKey = tuple[str, str]
"""(apiVersion, kind)"""

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
FIELD_MANAGER = "helm"
"""Helm's own name, so that the fields are owned as in an installation."""
SECONDS = 30
# One document about all groups (Kubernetes 1.27 and later). It is what Helm reads as well.
_DISCOVERY = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Answer:
    """What the server answers: the HTTP status, the JSON document, and the texts of its Warning headers (RFC 9111)."""

    status: int
    document: Any
    warnings: tuple[str, ...]

    @property
    def refused(self) -> bool:
        return self.status >= http.HTTPStatus.BAD_REQUEST

    @property
    def message(self) -> str:
        """The server's words about a refusal."""
        return str(self.document.get("message") or f"HTTP status {self.status}")


@dataclass(frozen=True)
class Resource:
    """How the server serves a kind: the path of its group and version, the plural, and whether it has a namespace."""

    prefix: str
    plural: str
    namespaced: bool

    def path(self, namespace: str, name: str = "") -> str:
        """The path of the collection, or of the object `name` in it."""
        parts = [*(("namespaces", namespace) if self.namespaced else ()), self.plural, *((name,) if name else ())]
        return "/".join([self.prefix, *(quote(part, safe="") for part in parts)])


class ApiServer:
    """A running API server. Several threads can use it at once."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._port = control_plane.port
        self._token = control_plane.token
        self._tls = ssl.create_default_context(cafile=str(control_plane.certificate))
        self._local = threading.local()
        self.kinds: Mapping[KindKey, Resource] = {}
        self.discover()

    @cached_property
    def version(self) -> str:
        """The minor version of Kubernetes, such as "1.37"."""
        found = self.request("GET", "/version").document
        return f"{found['major']}.{found['minor'].rstrip('+')}"

    def discover(self) -> None:
        """Ask the server which kinds it serves, and keep the answer in `kinds`.

        Raises:
            GateError: the server is older than Kubernetes 1.27.
        """
        kinds: dict[KindKey, Resource] = {}
        for root in ("/api", "/apis"):
            document = self.request("GET", root, accept=_DISCOVERY).document
            if document.get("kind") != "APIGroupDiscoveryList":
                raise GateError(f"the API server is Kubernetes {self.version}, and 1.27 or later is needed")
            for group in document["items"]:
                name = group["metadata"].get("name", "")
                for version in group["versions"]:
                    api_version = "/".join(filter(None, (name, version["version"])))
                    for one in version.get("resources", ()):
                        kind = (api_version, one["responseKind"]["kind"])
                        kinds[kind] = Resource(f"{root}/{api_version}", one["resource"], one["scope"] == "Namespaced")
        self.kinds = kinds

    def create(self, manifest: Manifest, namespace: str = "") -> Answer:
        """Create an object.

        Raises:
            KeyError: the server does not serve the kind.
        """
        return self.request("POST", self._of(manifest).path(namespace), manifest)

    def try_to_create(self, manifest: Manifest, namespace: str = "") -> Answer:
        """What the server answers to the creation of an object, which does not take place.

        Raises:
            KeyError: the server does not serve the kind.
        """
        return self._try("POST", self._of(manifest).path(namespace), manifest, JSON)

    def try_to_apply(self, manifest: Manifest, namespace: str = "") -> Answer:
        """What the server answers to a server-side apply as Helm 4 does it, which does not take place.

        An object without a name, which server-side apply cannot take, is tried as a creation.

        Raises:
            KeyError: the server does not serve the kind.
        """
        name = (manifest.get("metadata") or {}).get("name")
        if not name:
            return self.try_to_create(manifest, namespace)
        return self._try("PATCH", self._of(manifest).path(namespace, str(name)), manifest, APPLY, force="true")

    def request(
        self, verb: str, path: str, body: Any = None, content_type: str = JSON, *, accept: str = JSON
    ) -> Answer:
        """Ask the server, which may refuse.

        Raises:
            GateError: there is no answer.
        """
        text = None if body is None else json.dumps(body, default=str)
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept, "Content-Type": content_type}
        try:
            answer, content = self._exchange(verb, path, text, headers)
        except (OSError, http.client.HTTPException) as error:
            raise GateError(f"the API server gives no answer to {verb} {path.partition('?')[0]}: {error}") from error
        try:
            document = json.loads(content)
        except ValueError:
            document = {"message": content.decode(errors="replace").strip()}
        warnings = _WARNING.findall(", ".join(answer.headers.get_all("Warning", [])))
        texts = tuple(re.sub(r"\\(.)", r"\1", text) for text in warnings)
        return Answer(answer.status, document, texts)

    def _try(self, verb: str, path: str, manifest: Manifest, content_type: str, **options: str) -> Answer:
        query = urlencode({"dryRun": "All", "fieldValidation": "Strict", "fieldManager": FIELD_MANAGER, **options})
        return self.request(verb, f"{path}?{query}", manifest, content_type)

    def _of(self, manifest: Manifest) -> Resource:
        return self.kinds[str(manifest.get("apiVersion")), str(manifest.get("kind"))]

    def _exchange(
        self, verb: str, path: str, text: str | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request on the connection of this thread. A connection that the server closed is opened again."""
        for attempt in (1, 2):
            connection: http.client.HTTPSConnection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=SECONDS, context=self._tls)
                self._local.connection = connection
            try:
                connection.request(verb, path, None if text is None else text.encode(), dict(headers))
                answer = connection.getresponse()
                return answer, answer.read()
            except (ConnectionError, ssl.SSLEOFError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                connection.close()
                self._local.connection = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")
