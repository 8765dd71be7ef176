"""Keys that templates generate take little time in a run, and are as different from each other as before."""

import io
import ssl
import tarfile
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate import gate
from chartgate.findings.registry import CHECKS
from chartgate.releases.jobs import Job, render_case, render_jobs
from chartgate.releases.quick_keys import with_quick_keys
from chartgate.releases.render import RenderError
from chartgate.tools.archives import members
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case
from chartgate.values.selection import Choice

MakeChart = Callable[[dict[str, str]], Path]

SECRET = """
apiVersion: v1
kind: Secret
metadata: {name: keys}
data:
"""
CERTIFICATES = f"""\
{{{{- $ca := genCA "authority" 30 }}}}
{{{{- $cert := genSignedCert "web.example" (list "127.0.0.1") (list "web.example") 30 $ca }}}}
{{{{- $other := genSignedCert "api.example" nil (list "api.example") 30 $ca }}}}
{SECRET}
  ca: {{{{ $ca.Cert | b64enc }}}}
  ca-key: {{{{ $ca.Key | b64enc }}}}
  web: {{{{ $cert.Cert | b64enc }}}}
  web-key: {{{{ $cert.Key | b64enc }}}}
  api: {{{{ $other.Cert | b64enc }}}}
  api-key: {{{{ $other.Key | b64enc }}}}
  self-key: {{{{ (genSelfSignedCert "self" nil nil 30).Key | b64enc }}}}
  key: {{{{ genPrivateKey "rsa" | b64enc }}}}
"""
KEYS = ("ca-key", "web-key", "api-key", "self-key", "key")


def changed(template: str, name: str = "templates/a.yaml") -> str:
    """A template as a run renders it."""
    files = read_chart_files(Path(__file__).parent / "shop").with_file(name, template.encode())
    return with_quick_keys(files).files.text(name)


def data_of(chart: Path, *, quick_keys: bool) -> dict[str, str]:
    """The Secret of a render."""
    job = Job(Case("defaults"), EMBEDDED, "1.37")
    release = render_case(read_chart_files(chart), job, cached=False, quick_keys=quick_keys)
    return {key: b64decode(value).decode() for key, value in release.only("Secret").manifest["data"].items()}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{{ $ca := genCA "a" 3 }}', '{{ $ca := genPrivateKey "ecdsa" | genCAWithKey "a" 3 }}'),
        (
            '{{ (genSignedCert "a" nil nil 3 (genCA "b" 3)).Key }}',
            '{{ (genPrivateKey "ecdsa" | genSignedCertWithKey "a" nil nil 3 (genPrivateKey "ecdsa" | '
            'genCAWithKey "b" 3)).Key }}',
        ),
        (
            "{{- with genSelfSignedCert `a` nil nil 3 -}}{{ end }}",
            '{{- with genPrivateKey "ecdsa" | genSelfSignedCertWithKey `a` nil nil 3 -}}{{ end }}',
        ),
        ("{{ genPrivateKey `rsa` | b64enc }}", '{{ genPrivateKey "ecdsa" | b64enc }}'),
        ('{{ genCAWithKey "a" 3 (genPrivateKey "rsa") }}', '{{ genCAWithKey "a" 3 (genPrivateKey "ecdsa") }}'),
    ],
)
def test_slow_keys_are_generated_on_curves(template: str, expected: str) -> None:
    assert changed(template) == expected


@pytest.mark.parametrize(
    "template",
    [
        '{{ 3 | genCA "a" }}',
        '{{ genCA "a" }}',
        '{{ fail "no genCA `a` 3" }}{{/* genCA "a" 3 */}} genCA "a" 3',
        "{{ genPrivateKey .Values.kind }}",
        '{{ genPrivateKey "ed25519" }}',
        '{{ genCA "a" 3',
    ],
)
def test_other_text_stays(template: str) -> None:
    assert changed(template) == template


def test_a_file_that_is_no_template_stays() -> None:
    assert changed('{{ genCA "a" 3 }}', "files/a.yaml") == '{{ genCA "a" 3 }}'


def test_a_chart_without_keys_stays_the_same_object(make_chart: MakeChart) -> None:
    files = read_chart_files(make_chart({"templates/a.yaml": SECRET}))
    assert with_quick_keys(files).files is files


def test_a_packed_subchart_is_changed(make_chart: MakeChart) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in {"Chart.yaml": "name: kid", "templates/a.yaml": 'a\n{{ genPrivateKey "rsa" }}'}.items():
            entry = tarfile.TarInfo(f"kid/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    files = read_chart_files(make_chart({"templates/b.yaml": ""}))
    quick = with_quick_keys(files.with_file("charts/kid-1.0.0.tgz", packed.getvalue()))
    assert dict(members(quick.files.contents["charts/kid-1.0.0.tgz"], "*")) == {
        "kid/Chart.yaml": b"name: kid",
        "kid/templates/a.yaml": b'a\n{{ genPrivateKey "ecdsa" }}',
    }
    assert quick.changed == {"charts/kid/templates/a.yaml:2:"}


def test_a_damaged_archive_stays(make_chart: MakeChart) -> None:
    files = read_chart_files(make_chart({})).with_file("charts/kid-1.0.0.tgz", b"\x1f\x8bdamaged")
    assert with_quick_keys(files).files is files


def test_all_keys_of_two_renders_differ(make_chart: MakeChart) -> None:
    chart = make_chart({"templates/a.yaml": CERTIFICATES})
    renders = [data_of(chart, quick_keys=True) for _ in range(2)]
    keys = [data[key] for data in renders for key in KEYS]
    assert len(set(keys)) == len(keys)
    assert all(key.startswith("-----BEGIN EC PRIVATE KEY-----") for key in keys)


def test_a_test_of_the_chart_gets_the_keys_that_the_template_asks_for(make_chart: MakeChart) -> None:
    data = data_of(make_chart({"templates/a.yaml": CERTIFICATES}), quick_keys=False)
    assert all(data[key].startswith("-----BEGIN RSA PRIVATE KEY-----") for key in KEYS)


@pytest.mark.parametrize("name", ["web", "api"])
def test_a_certificate_is_valid_for_its_name_and_authority(make_chart: MakeChart, tmp_path: Path, name: str) -> None:
    data = data_of(make_chart({"templates/a.yaml": CERTIFICATES}), quick_keys=True)
    (tmp_path / "pair.pem").write_text(data[name] + data[f"{name}-key"])
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "pair.pem")
    client = ssl.create_default_context(cadata=data["ca"])
    shake_hands(server, client, f"{name}.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(server, client, "other.example")
    stranger = ssl.create_default_context(cadata=data_of(tmp_path / "tiny", quick_keys=True)["ca"])
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, stranger, f"{name}.example")


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> None:
    """Connect a client to a server in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    waiting = True
    while waiting:
        waiting = False
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                waiting = True


ANEW = f'{SECRET}  key: {{{{ genPrivateKey "rsa" | b64enc }}}}'
KEPT = f"""\
{{{{- $old := lookup "v1" "Secret" .Release.Namespace "keys" }}}}
{SECRET}  key: {{{{ if $old }}}}{{{{ $old.data.key }}}}{{{{ else }}}}{{{{ genPrivateKey "rsa" | b64enc }}}}{{{{ end }}}}
"""
IN_ANNOTATION = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations: {certificate: {{ (genCA "authority" 30).Cert | quote }}}
"""


@pytest.mark.parametrize(
    ("template", "found"),
    [
        (ANEW, [("regenerated", "Secret/keys")]),
        (CERTIFICATES, [("regenerated", "Secret/keys")] * 8),
        (KEPT, []),
        (IN_ANNOTATION, [("differs", "ConfigMap/a")]),
    ],
)
def test_a_key_that_is_generated_anew_is_found(
    make_chart: MakeChart, monkeypatch: pytest.MonkeyPatch, template: str, found: list[tuple[str, str]]
) -> None:
    monkeypatch.setattr(gate, "CHECKS", tuple(check for check in CHECKS if check.key == "idempotency"))
    results = gate.run(
        make_chart({"templates/a.yaml": template}), Choice(offered=True, helm=("4", "embedded"), kubernetes=("1.37",))
    )
    assert [(finding.rule, str(finding.about)) for finding in results.occurrences] == found


@pytest.mark.parametrize(
    "template",
    [
        '{{ $ca := genCA "a" 30 }}{{ fail "on the changed line" }}',
        '{{ $ca := genCA "a" 30 }}\n{{ fail "on another line" }}',
        '{{ genSignedCert "a" nil nil 30 "no authority" }}',
    ],
)
def test_a_refusal_has_helms_words_about_the_chart_as_it_is(make_chart: MakeChart, template: str) -> None:
    files = read_chart_files(make_chart({"templates/a.yaml": template}))
    job = Job(Case("defaults"), EMBEDDED, "1.37")
    with pytest.raises(RenderError) as refusal:
        render_case(files, job)
    (rendered,) = render_jobs(files, [job], ())
    assert rendered.refusal == str(refusal.value)
