"""What the API server would say to an object, without making it: warnings, or a refusal."""

import json
from collections.abc import Mapping
from typing import Any

from kubernetes.dynamic.exceptions import DynamicApiError

Manifest = Mapping[str, Any]

# Helm's own name, so that the fields are owned as in an installation.
FIELD_MANAGER = "helm"
APPLY = "application/apply-patch+yaml"


class NotAdmitted(Exception):  # noqa: N818 (the answer to a question, not a failure of the test)
    """The API server refuses an object. The text is its own."""


def try_to_apply(resource: Any, manifest: Manifest, namespace: str) -> list[str]:
    """Ask the server to apply an object as Helm 4 does; returns its warnings.

    They tell of deprecated fields, and of pods that Pod Security would refuse; an unknown field is a refusal.

    Raises:
        NotAdmitted: the server refuses.
    """
    path = resource.path(name=manifest["metadata"]["name"], namespace=namespace)
    return _try(resource.client, "patch", path, manifest, APPLY)


def try_to_create(resource: Any, manifest: Manifest, namespace: str) -> list[str]:
    """Ask the server to create an object; returns its warnings.

    Raises:
        NotAdmitted: the server refuses.
    """
    return _try(resource.client, "post", resource.path(namespace=namespace), manifest, "application/json")


def _try(connection: Any, verb: str, path: str, manifest: Manifest, content_type: str) -> list[str]:
    query = [("dryRun", "All"), ("fieldValidation", "Strict"), ("fieldManager", FIELD_MANAGER)]
    try:
        answer = connection.request(
            verb, path, body=manifest, query_params=query, content_type=content_type, serialize=False
        )
    except DynamicApiError as error:
        raise NotAdmitted(_message(error)) from error
    return list(answer.headers.getlist("Warning"))


def _message(error: DynamicApiError) -> str:
    try:
        return str(json.loads(error.body or "")["message"])
    except (ValueError, KeyError):
        return f"{error.status} {error.reason}"
