"""What ingress-nginx and haproxytech's controller make of the Ingress, in the real nginx and the real HAProxy."""

from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.e2e.application import Answer, Application
from tests.e2e.cluster.exposed.conftest import INGRESS_HOST, exposed
from tests.e2e.cluster.exposed.proxies import haproxy_file, nginx_file, proxy
from tests.e2e.cluster.exposed.spellings import NONE, SERVED, ask, figures_by, served_by
from tests.e2e.cluster.exposed.streams import Streaming
from tests.e2e.cluster.images import Images
from tests.e2e.cluster.operator import FULLNAME, Operator

CASES: dict[str, dict[str, Any]] = {"all-paths": {}, "strict-paths": {"strictPaths": True}}
# ingress-nginx answers 503 for a Service that is not there, and 404 where no rule has the path.
BLOCKED = {"all-paths": 503, "strict-paths": 404}


def nginx(operator: Operator, images: Images, name: str, **ingress: Any) -> AbstractContextManager[Application]:
    operator.release.upgrade(exposed(ingress=ingress))
    file = nginx_file(operator.namespace.get("ingress", FULLNAME), {FULLNAME: address_of(operator)})
    return proxy(operator.namespace, name, images.own("nginx"), file, "nginx", "-c", "/config/file")


def address_of(operator: Operator) -> str:
    return f"{operator.namespace.get('service', FULLNAME)['spec']['clusterIP']}:80"


@pytest.mark.parametrize("case", CASES)
def test_nginx_blocks_every_spelling_and_serves_the_rest(
    operator: Operator, images: Images, streaming: Streaming, case: str
) -> None:
    with nginx(operator, images, f"nginx-{case}", **CASES[case]) as way:
        assert served_by(asked(way)) == SERVED
        assert figures_by(asked(way)) == NONE
        assert asked(way)("/metrics").status == BLOCKED[case]
        assert streaming.passes(way, INGRESS_HOST)


def test_nginx_without_the_annotations_lets_other_spellings_pass(operator: Operator, images: Images) -> None:
    """As the README says of any controller; and the control of the test above."""
    notes = {"nginx.ingress.kubernetes.io/use-regex": "false"}
    with nginx(operator, images, "nginx-plain", annotations=notes) as way:
        passed = {path for path, figures in figures_by(asked(way)).items() if figures}
    assert passed == {"/METRICS", "/Metrics/", "/mEtRiCs?from=outside"}


def test_haproxy_denies_every_spelling_and_serves_the_rest(
    operator: Operator, images: Images, streaming: Streaming
) -> None:
    operator.release.upgrade(exposed())
    file = haproxy_file(operator.namespace.get("ingress", FULLNAME), address_of(operator))
    image = images.own("haproxy")
    with proxy(operator.namespace, "haproxy", image, file, "haproxy", "-f", "/config/file") as way:
        assert served_by(asked(way)) == SERVED
        assert figures_by(asked(way)) == NONE
        # HAProxy passes a path as it is written: these reach the application's figures, if nothing denies them.
        assert [asked(way)(path).status for path in ("/metrics", "/METRICS", "/metrics/")] == [404, 404, 404]
        assert streaming.passes(way, INGRESS_HOST)


def asked(way: Application) -> Any:
    def by(path: str) -> Answer:
        return ask(way, INGRESS_HOST, path)

    return by
