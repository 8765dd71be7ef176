"""`chartgate CHART --api-server`: any chart is tried on a real API server, whose words are findings."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chartgate.cli import FINDINGS, INTERRUPTED, UNUSABLE, main
from chartgate.tools.control_plane.programs import ASSETS, SERVERS

LABELS = "{app.kubernetes.io/name: web, app.kubernetes.io/instance: {{ .Release.Name }}}"
META = (
    "{name: {{ .Release.Name }}, labels: {app.kubernetes.io/name: web, helm.sh/chart: web-1.0.0, "
    "app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/managed-by: {{ .Release.Service }}}}"
)
OBJECTS = f"""\
apiVersion: v1
kind: Service
metadata: {META}
spec: {{selector: {LABELS}, ports: [{{name: http, port: 80, targetPort: http}}]}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {META}
spec: {{size: 3}}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {META}
spec: {{selector: {{matchLabels: {LABELS}}}, endpoints: [{{port: http}}]}}
"""
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer, maximum: 5}}}}
"""
STAND_IN = "#!/bin/sh\necho $$ >> {pids}\nexec sleep 600\n"
SECONDS = 30


def write_chart(folder: Path, objects: str = OBJECTS) -> Path:
    chart = folder / "web"
    files = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "templates/all.yaml": objects,
        "crds/widget.yaml": DEFINITION,
    }
    for name, text in files.items():
        (chart / name).parent.mkdir(parents=True, exist_ok=True)
        (chart / name).write_text(text, encoding="utf-8")
    return chart


def run(chart: Path, report: Path) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and the findings of the check."""
    code = main([str(chart), "--api-server", "--offered", "--kube", "1.37", "--json", str(report)])
    findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
    return code, [finding for finding in findings if finding["check"] == "api-server"]


def test_a_good_chart_passes_with_the_kinds_that_it_and_the_catalogue_define(tmp_path: Path) -> None:
    _, findings = run(write_chart(tmp_path), tmp_path / "report.json")
    assert findings == []


BAD = """\
apiVersion: v1
kind: Service
metadata: {name: no-port}
spec: {ports: [{port: 0}]}
---
apiVersion: v1
kind: Service
metadata: {name: unknown-field}
spec: {ports: [{port: 79, name: other}, {port: 80, name: http, prot: TCP}]}
---
apiVersion: v1
kind: Service
metadata: {name: deprecated}
spec: {externalIPs: [192.0.2.1], ports: [{port: 80}]}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: too-large}
spec: {size: 9}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: unknown-field}
spec: {weight: 3}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: of-the-catalogue}
spec: {selector: {}, endpoints: none}
---
apiVersion: v1
kind: Secret
metadata: {name: not-a-text}
stringData: {password: 80801}
---
apiVersion: batch/v1
kind: Job
metadata: {name: pod}
spec:
  template:
    metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/c: wrong}}
    spec: {restartPolicy: Never, containers: [{name: c, image: a}]}
---
apiVersion: other.example.com/v1
kind: Gadget
metadata: {name: of-nobody}
---
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: of-old-clusters}
"""
FOUND = {
    ("Service/no-port", "refused", "spec.ports[0].port", "must be between 1 and 65535"),
    ("Service/unknown-field", "unknown-field", "spec.ports[1].prot", "field not declared in schema"),
    ("Service/deprecated", "warning", "", "spec.externalIPs is deprecated"),
    ("Widget/too-large", "refused", "spec.size", "should be less than or equal to 5"),
    ("Widget/unknown-field", "unknown-field", "spec.weight", "field not declared in schema"),
    ("ServiceMonitor/of-the-catalogue", "refused", "spec.endpoints", "expected list"),
    ("Secret/not-a-text", "refused", "stringData.password", "expected string, got (hidden)"),
    ("Job/pod", "refused", "spec.template.annotations[container.apparmor.security.beta.kubernetes.io/c]", "invalid"),
}
NOT_TRIED = (
    "Gadget/of-nobody: no valid CustomResourceDefinition defines other.example.com/v1 Gadget",
    "PodSecurityPolicy/of-old-clusters: Kubernetes 1.37 does not serve policy/v1beta1 PodSecurityPolicy",
)


def test_the_servers_words_are_findings_once_for_each_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, findings = run(write_chart(tmp_path, BAD), tmp_path / "report.json")
    assert code == FINDINGS
    missing = {
        expected
        for expected in FOUND
        if not any(
            (one["object"], one["rule"], one["where"]) == expected[:3] and expected[3] in one["what"]
            for one in findings
        )
    }
    assert not missing, findings
    places = [(one["object"], one["where"]) for one in findings]
    assert len(places) == len(set(places)), places
    assert "80801" not in str(findings)
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"not tried on the API server: 1 of the objects, such as {text}" in said for text in NOT_TRIED)


def test_programs_that_are_not_there_are_a_clear_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ASSETS, str(tmp_path))
    assert main([str(write_chart(tmp_path)), "--api-server", "--offered"]) == UNUSABLE
    assert "has no program etcd and no kube-apiserver" in capsys.readouterr().err


def test_a_program_that_ends_is_a_clear_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SERVERS:
        (tmp_path / name).write_text("#!/bin/sh\necho no memory; exit 3\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv(ASSETS, str(tmp_path))
    assert main([str(write_chart(tmp_path)), "--api-server", "--offered"]) == UNUSABLE
    said = capsys.readouterr().err
    assert "ended with exit code 3 before it was ready" in said
    assert "no memory" in said


def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    command = [sys.executable, "-m", "chartgate", "--api-server", "--offered", "--kube", "1.37", "--fresh"]
    runs = [
        subprocess.Popen([*command, str(write_chart(folder, BAD)), "--json", str(folder / "report.json")])
        for folder in folders
    ]
    assert [process.wait() for process in runs] == [FINDINGS, FINDINGS]
    one, two = (json.loads((folder / "report.json").read_text(encoding="utf-8"))["findings"] for folder in folders)
    assert one == two


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_process_and_no_file(tmp_path: Path, number: signal.Signals) -> None:
    pids, temporary = tmp_path / "pids", tmp_path / "temporary"
    temporary.mkdir()
    for name in SERVERS:
        (tmp_path / name).write_text(STAND_IN.format(pids=pids), encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    environment = {**os.environ, "TMPDIR": str(temporary), ASSETS: str(tmp_path)}
    command = [sys.executable, "-m", "chartgate", str(write_chart(tmp_path)), "--api-server", "--offered"]
    # A shell that starts the tests in the background has them ignore Ctrl-C, and so the gate.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=heed
    )
    try:
        started = wait_for(pids, len(SERVERS))
        process.send_signal(number)
        assert process.wait(SECONDS) == INTERRUPTED
    finally:
        process.kill()
        process.wait()
    assert [pid for pid in started if Path("/proc", pid).exists()] == []
    assert list(temporary.glob("chartgate-*")) == []


def wait_for(pids: Path, count: int) -> list[str]:
    """The process numbers that the stand-ins wrote."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = pids.read_text(encoding="utf-8").split() if pids.exists() else []
        if len(found) == count:
            return found
        assert time.monotonic() < deadline, f"only {found} started"
        time.sleep(0.02)
