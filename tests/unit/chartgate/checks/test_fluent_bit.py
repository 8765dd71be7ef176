"""The check of Fluent Bit's configuration: format, sections, plugins, keys, parsers and variables."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chartgate.findings import program_on_path
from chartgate.findings.finding import Finding
from chartgate.findings.fluent_bit import CHECK

FindingsOf = Callable[..., list[Finding]]

MAIN = """\
# Comments and blank lines are skipped.
@SET host=example
[SERVICE]
    Parsers_File  /conf/parsers.conf
    storage.path  /state

[INPUT]
    Name    tail
    Path    /logs/*.log
    Parser  app
    DB.sync normal
[FILTER]
    Name    record_modifier
    Match   *
    Record  pod ${POD_NAME} ${HOSTNAME}
[OUTPUT]
    Name       Loki
    Match      *
    Host       ${host}
    tls.verify On
    Line_Format json
"""
PARSERS = "[PARSER]\n    Name app\n    Format json\n"


def with_output(lines: str) -> str:
    """The configuration above with an output of these lines, one after a semicolon."""
    return f"{MAIN}[OUTPUT]\n" + "".join(f"    {line.strip()}\n" for line in [*lines.split(";"), "Match *"])


def release(main: str = MAIN, **changes: object) -> str:
    pod = {
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {
            "containers": [
                {
                    "name": "fluent-bit",
                    "env": [{"name": "POD_NAME"}],
                    "securityContext": {"readOnlyRootFilesystem": True},
                    "volumeMounts": [
                        {"name": "conf", "mountPath": "/conf"},
                        {"name": "state", "mountPath": "/state/"},
                    ],
                    **changes,
                }
            ],
            "volumes": [{"name": "conf", "configMap": {"name": "c"}}, {"name": "state", "emptyDir": {}}],
        },
    }
    data = {"fluent-bit.conf": main, "parsers.conf": PARSERS, "other": "[core]\n  a = b\n"}
    config = {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
    return f"{json.dumps(pod)}\n---\n{json.dumps(config)}"


@pytest.fixture(autouse=True)
def without_fluent_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program_on_path, "version_of", lambda _: "")


def test_a_sound_configuration_has_no_findings(findings_of: FindingsOf) -> None:
    assert findings_of(CHECK, release()) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "what"),
    [
        ("    Line_Format json", "    LineFormat json", "unknown-key", "LineFormat is not a key of output loki"),
        ("storage.path ", "storage.pathh ", "unknown-key", "storage.pathh is not a key of section SERVICE"),
        ("[FILTER]", "[FILTERS]", "unknown-section", "FILTERS is not a section of Fluent Bit"),
        ("Name       Loki", "Name       lokki", "unknown-plugin", '"lokki" is not an output of Fluent Bit'),
        ("    Name    tail\n", "", "unknown-plugin", '"" is not an input of Fluent Bit'),
        ("tls.verify On", "tls.verify", "unreadable", "tls.verify is not a key with a value in a section"),
        ("# Comments", "Comments", "unreadable", "Comments is not a key with a value in a section"),
        ("Parser  app", "Parser  none", "parser", "Parser: none is not defined in fluent-bit.conf, parsers.conf"),
        ("{POD_NAME}", "{POD}", "variable", "Record reads ${POD}, which the container fluent-bit does not have"),
    ],
)
def test_each_fault_is_found(findings_of: FindingsOf, old: str, new: str, rule: str, what: str) -> None:
    assert old in MAIN
    assert [(f.rule, f.what) for f in findings_of(CHECK, release(MAIN.replace(old, new)))] == [(rule, what)]


def test_a_finding_names_the_line(findings_of: FindingsOf) -> None:
    (finding,) = findings_of(CHECK, release(MAIN.replace("Line_Format", "LineFormat")))
    assert finding.where == "data.fluent-bit.conf: line 21"


def test_a_configuration_that_nobody_mounts_is_found(findings_of: FindingsOf) -> None:
    assert [f.rule for f in findings_of(CHECK, release(volumeMounts=[]))] == ["unmounted"]


@pytest.mark.parametrize(
    "entry", [{"secretRef": {"name": "elsewhere"}}, {"configMapRef": {"name": "c"}, "prefix": "POD_"}]
)
def test_variables_may_come_from_a_source(findings_of: FindingsOf, entry: dict[str, object]) -> None:
    main = MAIN.replace("{POD_NAME}", "{POD_other}")
    assert [f.rule for f in findings_of(CHECK, release(main))] == ["variable"]
    assert findings_of(CHECK, release(main, envFrom=[entry])) == []


@pytest.mark.parametrize(
    "lines",
    [
        "Name es; HTTP_Passwd x; Suppress_Type_Name On",
        "Name kafka; Brokers kafka:9092; rdkafka.sasl.password x",
        "Name http; Header a b; oauth2.client_id c",
        "Name s3; bucket b",
        "Name forward; Shared_Key s",
        "Name stdout; format json_lines",
    ],
)
def test_outputs_know_their_keys(findings_of: FindingsOf, lines: str) -> None:
    assert findings_of(CHECK, release(with_output(lines))) == []


@pytest.mark.parametrize(
    ("lines", "rule", "what"),
    [
        ("Name kafka", "missing-key", "output kafka has no brokers"),
        ("Name s3; region eu-central-1", "missing-key", "output s3 has no bucket"),
        ("Name loki; labels job", "wrong-value", "labels is job, which is not a list of labels"),
        ("Name es; Suppress_Type_Name maybe", "wrong-value", "Suppress_Type_Name is maybe, which is not On or Off"),
        ("Name http; net.keepalive maybe", "wrong-value", "net.keepalive is maybe, which is not On or Off"),
        ("Name loki; tenant_id a; Tenant_ID b", "twice", "Tenant_ID appears twice in output loki"),
        ("Name s3; bucket b; store_dir /s3", "file", "store_dir: the container fluent-bit cannot write to /s3"),
        (
            "Name s3; bucket b; store_dir /conf/s3",
            "file",
            "store_dir: the container fluent-bit cannot write to",
        ),
        ("Name http; tls On; tls.ca_file /ca/ca.crt", "file", "tls.ca_file: no volume of the container"),
        (
            "Name http; tls On; tls.ca_file /conf/ca.crt",
            "file",
            "tls.ca_file: no volume of the container",
        ),
    ],
)
def test_what_passes_a_dry_run_and_does_not_start_is_found(
    findings_of: FindingsOf, lines: str, rule: str, what: str
) -> None:
    (finding,) = findings_of(CHECK, release(with_output(lines)))
    assert (finding.rule, finding.what[: len(what)]) == (rule, what)


@pytest.mark.parametrize(
    "lines",
    [
        "Name http; tls maybe",
        "Name http; port 70000",
        "Name http; tls.ca_file /nowhere/ca.crt",
        "Name http; tls On; tls.ca_file /etc/ssl/certs/ca-certificates.crt",
        "Name http; tls On; tls.ca_file /state/ca.crt",
        "Name http; tls On; tls.ca_file /conf/other",
        "Name http; header a b; header c d",
        "Name loki; labels $sub['x'],a=b",
        "Name loki; tenant_id ${POD_NAME}; labels ${HOSTNAME}",
        "Name s3; bucket b; store_dir /state/s3",
    ],
)
def test_what_the_program_accepts_is_not_found(findings_of: FindingsOf, lines: str) -> None:
    assert findings_of(CHECK, release(with_output(lines))) == []


def test_the_real_program_has_the_last_word(
    findings_of: FindingsOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that, like the program, reads the file it is given and needs the files that this one names."""
    program = tmp_path / "fluent-bit"
    program.write_text(
        '#!/bin/sh\nfile=$(sed -n "s/ *Parsers_File *//p" "$2")\n'
        '[ -e "$file" ] && [ -n "$POD_NAME" ] && ! grep -q Loki "$2" && exit 0\n'
        'echo "[2026/01/01] [error] [config] no good" >&2\nexit 1\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(program_on_path, "version_of", lambda _: "stand-in")
    assert [(f.rule, f.what) for f in findings_of(CHECK, release())] == [
        ("dry-run", "[2026/01/01] [error] [config] no good")
    ]
    assert findings_of(CHECK, release(MAIN.replace("Loki", "loki"))) == []
