"""The check with a real API server, whose words come in addition to the static rules."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from chartgate.findings.api_server.check import CHECK, judge
from chartgate.findings.api_server.environment import any_name
from chartgate.findings.api_server.fault import steps, value_at
from chartgate.findings.api_server.trial import Trial, try_objects
from chartgate.findings.check import Check, Fault
from chartgate.findings.scopes import EachObject
from chartgate.findings.user_values import made_as_it_is
from chartgate.releases.objects import KubeObject
from chartgate.releases.rendered import Rendered
from chartgate.tools.control_plane.client import ApiServer
from chartgate.tools.control_plane.custom_resources import Definition
from chartgate.tools.control_plane.processes import running_control_plane
from chartgate.tools.control_plane.programs import find_assets
from chartgate.tools.progress import say


class RealServer:
    """A running API server that the check asks.

    Args:
        server: the server.
        definitions: custom resource definitions of kinds that the chart uses and does not define itself.
    """

    def __init__(self, server: ApiServer, definitions: Sequence[Definition] = ()) -> None:
        self._server = server
        self._definitions = definitions
        self._first: Trial | None = None

    @property
    def check(self) -> Check:
        """The check `api-server` that asks the server as well. It has the same rules."""
        return replace(CHECK, scopes=(EachObject(self._judge, alike=self._alike, prepare=self._try),))

    @property
    def notices(self) -> list[str]:
        """What the server was not asked about in the first examination."""
        if self._first is None:
            return []
        return [
            f"not tried on the API server: {len(objects)} of the objects, such as {objects[0].about}: {why}"
            for why, objects in self._first.not_tried.items()
        ]

    def _alike(self, kube_version: str) -> tuple[bool, bool]:
        """What a version changes: whether it is the server's, and the names of variables that are allowed."""
        return kube_version == self._server.version, any_name(kube_version)

    def _try(self, renders: Sequence[Rendered]) -> Trial:
        trial = try_objects(self._server, (obj for one in renders for obj in one.release), self._definitions)
        self._first = self._first or trial
        return trial

    def _judge(self, obj: KubeObject, kube_version: str, trial: Trial) -> Iterator[Fault]:
        """The server's words, and the static faults in other places.

        An object that is made for another version gets refusals only: fields and warnings depend on the version.
        """
        said = [
            remark
            for remark in trial.remarks.get(obj.digest, ())
            if remark.rule == "refused" or kube_version == trial.version
        ]
        for remark in said:
            what = f"{remark.what} (says the API server, Kubernetes {trial.version})"
            yield Fault(remark.rule, remark.where, what, unless=made_as_it_is(value_at(obj.manifest, remark.where)))
        for fault in judge(obj, kube_version):
            if not any(_same_place(fault.where, remark.where) for remark in said if remark.rule == "refused"):
                yield fault


def _same_place(one: str, other: str) -> bool:
    """Whether two places are the same, or one lies in the other: the server tells some faults at the field above."""
    shorter, longer = sorted((steps(one), steps(other)), key=len)
    return shorter == longer or (len(shorter) > 1 and longer[: len(shorter)] == shorter)


@contextmanager
def real_server(definitions: Sequence[Definition] = ()) -> Iterator[RealServer]:
    """An API server for the time of the block.

    Raises:
        GateError: it cannot be started.
    """
    assets = find_assets()
    say("starting etcd and kube-apiserver")
    with running_control_plane(assets) as control_plane:
        yield RealServer(ApiServer(control_plane), definitions)
