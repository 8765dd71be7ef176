"""The real nginx and the real HAProxy with what their ingress controllers make of the chart's Ingress.

The controllers themselves cannot be had here; what they write was read off their templates: ingress-nginx 1.x,
rootfs/etc/nginx/template/nginx.tmpl and internal/ingress/controller/template/template.go (buildLocation), location.go
(updateServerLocations); haproxytech/kubernetes-ingress, annotation backend-config-snippet.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.e2e.application import Application
from tests.e2e.cluster.namespace import Namespace
from tests.e2e.cluster.pods import run_pod

PORT = 8080
NGINX = "nginx.ingress.kubernetes.io/"
NGINX_FILE = """\
daemon off;
pid /tmp/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {{
    listen {port};
{locations}
  }}
}}
"""
HAPROXY_FILE = """\
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server {timeout}
frontend web
  bind :{port}
  default_backend relay
backend relay
{snippet}
  server relay {address}
"""


def nginx_file(ingress: Mapping[str, Any], services: Mapping[str, str]) -> str:
    """What ingress-nginx makes of an Ingress; `services` has the address of each Service that there is."""
    notes = ingress["metadata"]["annotations"]
    (rule,) = ingress["spec"]["rules"]
    paths = rule["http"]["paths"]
    locations = [
        f"    location {match} {{{_answer(path, notes, services)}}}"
        # The longest first, since the first regular expression that fits is taken.
        for path in sorted(paths, key=lambda path: -len(path["path"]))
        for match in _matches(path, paths, regex=notes.get(f"{NGINX}use-regex") == "true")
    ]
    if not any((path["path"], path["pathType"]) == ("/", "Prefix") for path in paths):
        locations.append("    location / { return 404; }")  # the default backend
    return NGINX_FILE.format(port=PORT, locations="\n".join(locations))


def _matches(path: Mapping[str, Any], paths: Sequence[Mapping[str, Any]], *, regex: bool) -> list[str]:
    """The locations for one path. A prefix means the path itself and what lies below it, unless it is a pattern."""
    written = path["path"]
    if regex:
        return [f'~* "^{written}"']
    if path["pathType"] == "Exact":
        return [f"= {written}"]
    if written == "/":
        return ["/"]
    has_exact = any((other["path"], other["pathType"]) == (written, "Exact") for other in paths)
    return [f"{written}/"] if has_exact else [f"= {written}", f"{written}/"]


def _answer(path: Mapping[str, Any], notes: Mapping[str, str], services: Mapping[str, str]) -> str:
    address = services.get(path["backend"]["service"]["name"])
    if address is None:
        return " return 503; "
    return f"""
      proxy_pass http://{address};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_buffering {notes[f"{NGINX}proxy-buffering"]};
      proxy_request_buffering {notes[f"{NGINX}proxy-request-buffering"]};
      proxy_read_timeout {notes[f"{NGINX}proxy-read-timeout"]}s;
      proxy_send_timeout {notes[f"{NGINX}proxy-send-timeout"]}s;
      client_max_body_size {notes[f"{NGINX}proxy-body-size"]};
    """


def haproxy_file(ingress: Mapping[str, Any], address: str) -> str:
    """What haproxytech's controller makes of an Ingress whose rules to a missing Service it leaves out."""
    notes = ingress["metadata"]["annotations"]
    return HAPROXY_FILE.format(
        port=PORT,
        address=address,
        timeout=notes["haproxy.org/timeout-server"],
        snippet="".join(f"  {line}\n" for line in notes["haproxy.org/backend-config-snippet"].splitlines()),
    )


@contextmanager
def proxy(namespace: Namespace, name: str, image: str, file: str, *command: str) -> Iterator[Application]:
    """The way through a proxy with this configuration; `command` reads it from /config/file."""
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"file": file}}
    namespace.apply(config)
    run_pod(namespace, name, image, command, port=PORT, volumes={"/config": {"configMap": {"name": name}}})
    with namespace.port_forward(f"pod/{name}", PORT) as address:
        yield Application(address)
