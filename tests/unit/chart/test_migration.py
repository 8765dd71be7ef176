"""An operator of revolution1/claude-relay 0.1.x converts the values file, and the release is upgraded in place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate import cli
from chartgate.releases.jobs import Job, render_case
from chartgate.releases.release import Release
from chartgate.reports.diff.compare import compare
from chartgate.tools.chart_files import read_chart_files
from chartgate.tools.embedded.process import EMBEDDED
from chartgate.values.case import Case
from tests.e2e.control_plane.public_chart import write_public_chart

VALUES = Path(__file__).with_name("public_values.yaml")
NAMES = ("prod", "claude-relay")
"""The names of all objects hang on whether the name of the release has the chart's in it."""


@pytest.fixture(scope="module")
def converted(chart: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The converted values; nothing was left to do by hand."""
    output = tmp_path_factory.mktemp("converted") / "values.yaml"
    command = ["convert-values", str(chart), str(VALUES), "--from", "0.1.24", "--output", str(output)]
    assert cli.main(command) == cli.CLEAN
    return output.read_text(encoding="utf-8")


def public(folder: Path, name: str) -> Release:
    """The objects of the public chart with the values before the conversion."""
    case = Case("public", "", (VALUES.read_text(encoding="utf-8"),), (), name, "apps")
    return render_case(read_chart_files(write_public_chart(folder)), Job(case, EMBEDDED, "1.37"), ())


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_the_public_chart_is_converted_and_upgrades_in_place(
    converted: str, render: Callable[..., Release], tmp_path: Path, name: str
) -> None:
    before = public(tmp_path, name)
    after = render(yaml.safe_load(converted), release=name, namespace="apps")
    difference = compare("migration", before, after)
    assert difference.immutable == []
    assert [one for one in difference.removed if one.kind != "ConfigMap"] == []
    kept = {one.ref for one in before} & {one.ref for one in after}
    full = name if "claude-relay" in name else f"{name}-claude-relay"
    assert {f"Deployment/{full}", f"Secret/{full}-secret", f"StatefulSet/{name}-redis"} <= kept


def test_the_values_mean_the_same(converted: str, render: Callable[..., Release]) -> None:
    release = render(yaml.safe_load(converted), release="prod", namespace="apps")
    redis = release.only("StatefulSet").manifest["spec"]["template"]["spec"]
    image = "mirror.example.com/library/redis@sha256:5fa2edb1e408fa8235e6db8fab01d1afaaae96c9403ba67b70feceb8661e8621"
    assert redis["containers"][0]["image"] == image
    assert redis["containers"][0]["securityContext"]["runAsUser"] == 999
    (config,) = [one for one in release if one.ref == "ConfigMap/prod-claude-relay-config"]
    assert (config.manifest["data"]["TIMEZONE_OFFSET"], config.manifest["data"]["LOG_LEVEL"]) == ("8", "debug")


def test_the_comments_of_the_values_stay(converted: str) -> None:
    assert "# the application takes it as 8" in converted
    assert converted.startswith("# Every value of revolution1/claude-relay 0.1.x")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"architecture": "replication", "sentinel": {"enabled": True}}, ("redis.architecture", "redis.sentinel")),
        ({"metrics": {"enabled": True}}, ("redis.metrics",)),
        ({"config": {"content": "maxmemory 1gb\n"}}, ("redis.config.content",)),
        ({"extraEnv": [{"name": "A", "value": "S3CR3T"}]}, ("redis.extraEnv",)),
        ({"auth": {"sentinel": True}}, ("redis.auth",)),
    ],
)
def test_what_the_chart_cannot_do_is_reported(
    chart: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], values: Any, told: tuple[str, ...]
) -> None:
    old = tmp_path / "old.yaml"
    old.write_text(yaml.safe_dump({"redis": values}), encoding="utf-8")
    assert cli.main(["convert-values", str(chart), str(old), "--from", "0.1.24"]) == cli.FINDINGS
    err = capsys.readouterr().err
    assert [path for path in told if f"to do by hand: {path}: " not in err] == []
    assert "S3CR3T" not in err


def test_values_of_this_chart_are_not_changed(chart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    values = chart / "values.yaml"
    assert cli.main(["convert-values", str(chart), str(values), "--from", "1.0.0"]) == cli.CLEAN
    assert capsys.readouterr() == (values.read_text(encoding="utf-8"), "")
