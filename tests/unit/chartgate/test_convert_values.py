"""Values files of earlier versions become values files of this one, by what the chart's conversions.yaml says."""

import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartgate import cli
from tests.documents import ROOT, blocks

MakeChart = Callable[[dict[str, str]], Path]
Convert = Callable[..., tuple[int, str, str]]

CONVERSIONS = r"""
oldest: 0.5.0
conversions:
  - version: 1.0.0
    changes:
      - {value: workers, moveTo: pool.size}
  - version: 0.9.0
    changes:
      - {value: threads, moveTo: workers}
      - {value: image.registry, prefixOf: {value: image.repository, separator: /, default: web}}
      - {value: image.tag, split: {at: '@', rest: image.digest}}
      - {value: mode, is: [classic], replaceWith: plain, note: the name of the mode was changed}
      - {value: old.cache, is: [{enabled: true}], byHand: install a cache of your own}
      - {value: old.cache, remove: the cache was not enabled}
      - {value: labels.example\.com/team, moveTo: team}
"""
SCHEMA = """{"type": "object", "additionalProperties": false, "properties": {
  "pool": {"type": "object"}, "image": {"type": "object"}, "labels": {"type": "object"}, "team": {"type": "string"},
  "mode": {"enum": ["plain", "fast"]}, "password": {"type": "string", "pattern": "^[a-z]+$"},
  "ready": {"type": "boolean"}}}"""


@pytest.fixture
def convert(make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Convert:
    """Converts a values file by the chart "tiny" 1.0.0; returns the exit code, standard output and standard error."""
    chart = make_chart({"conversions.yaml": CONVERSIONS, "values.schema.json": SCHEMA})
    file = tmp_path / "old.yaml"

    def run(text: str, *options: str, before: str = "0.5.0") -> tuple[int, str, str]:
        file.write_text(text, encoding="utf-8")
        code = cli.main(["convert-values", str(chart), str(file), "--from", before, *options])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threads: 4", {"pool": {"size": 4}}),
        ("image: {registry: example.com, repository: a/b}", {"image": {"repository": "example.com/a/b"}}),
        ("image: {registry: example.com}", {"image": {"repository": "example.com/web"}}),
        ("image: {registry: ''}", {}),
        ("image: {tag: '1.2@sha256:0a'}", {"image": {"tag": "1.2", "digest": "sha256:0a"}}),
        ("image: {tag: '1.2'}", {"image": {"tag": "1.2"}}),
        ("mode: classic", {"mode": "plain"}),
        ("mode: fast", {"mode": "fast"}),
        ("old: {cache: {size: 1}}", {}),
        ("labels: {example.com/team: a, other: b}", {"labels": {"other": "b"}, "team": "a"}),
        ("", {}),
    ],
)
def test_each_kind_of_change_is_made(convert: Convert, old: str, new: dict[str, Any]) -> None:
    code, out, err = convert(old)
    assert (code, yaml.safe_load(out) or {}) == (cli.CLEAN, new)
    assert "by hand" not in err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("old: {cache: {enabled: true}}", {}, "old.cache: left out: install a cache of your own"),
        ("threads: 4\npool: {size: 3}", {"pool": {"size": 3}}, "workers: left out: pool.size is set, too"),
        ("image: {registry: [1]}", {}, "image.registry: left out: it or image.repository is no text"),
        (
            "image: {tag: '1@sha256:0a', digest: sha256:0b}",
            {"image": {"tag": "1", "digest": "sha256:0b"}},
            "image.tag: what follows the first @ is left out: image.digest is set, too",
        ),
        ("unknown: 1", {"unknown": 1}, "the file: the chart refuses the value"),
    ],
)
def test_what_cannot_be_converted_is_reported_with_a_remedy(
    convert: Convert, old: str, new: dict[str, Any], message: str
) -> None:
    code, out, err = convert(old)
    assert (code, yaml.safe_load(out) or {}) == (cli.FINDINGS, new)
    assert f"to do by hand: {message}" in err


def test_the_example_of_the_documents_converts(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = [one.text for one in blocks(ROOT / "docs" / "interfaces.md") if one.heading == "Converting values"]
    chart = make_chart({"conversions.yaml": example})
    old = {"workers": 2, "image": {"registry": "a.b", "tag": "1@sha256:0a"}, "mode": "classic", "cache": {"size": 1}}
    (tmp_path / "old.yaml").write_text(yaml.safe_dump(old), encoding="utf-8")
    assert cli.main(["convert-values", str(chart), str(tmp_path / "old.yaml"), "--from", "0.5.0"]) == cli.CLEAN
    image = {"repository": "a.b/web", "tag": "1", "digest": "sha256:0a"}
    assert yaml.safe_load(capsys.readouterr().out) == {"pool": {"size": 2}, "image": image, "mode": "plain"}


def test_no_message_contains_a_value(convert: Convert) -> None:
    code, out, err = convert("password: S3CR3T\nmode: S3CR3T\nthreads: S3CR3T\nimage: {tag: 'S3CR3T@S3CR3T'}\n")
    assert (code, out.count("S3CR3T")) == (cli.FINDINGS, 5)
    assert "S3CR3T" not in err
    assert "password: the chart refuses the value" in err


def test_only_the_changes_between_the_two_versions_are_made(convert: Convert) -> None:
    assert convert("threads: 4", "--to", "0.9.0")[1] == "workers: 4\n"
    assert convert("workers: 4", before="0.9.0")[1] == "pool:\n  size: 4\n"
    assert convert("threads: 4", before="1.0.0")[1] == "threads: 4"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("0.4.9", "1.0.0", "0.4.9 is too old: 0.5.0 is the oldest version"),
        ("1.0.0", "0.9.0", "1.0.0 is newer than 0.9.0"),
        ("1.0.0", "1.1.0", "1.1.0 is newer than the chart, which is 1.0.0"),
    ],
)
def test_versions_that_the_chart_cannot_convert_are_refused(
    convert: Convert, before: str, after: str, message: str
) -> None:
    code, out, err = convert("mode: fast", "--to", after, before=before)
    assert (code, out) == (cli.UNUSABLE, "")
    assert message in err


def test_comments_order_and_quotes_stay(convert: Convert) -> None:
    old = """\
# ours
mode: "fast"  # not plain
labels:
    # who
    other: 'b'
    list:
    - a # first
ready: yes
threads: 4
"""
    code, out, err = convert(old)
    assert (code, out) == (cli.CLEAN, old.replace("threads: 4\n", "pool:\n    size: 4\n"))
    assert "comments" not in err


def test_comments_that_are_lost_are_listed_by_line(convert: Convert) -> None:
    _, out, err = convert("mode: fast\nthreads: 4\n# about the team\nteam: a\n")
    assert yaml.safe_load(out) == {"mode": "fast", "pool": {"size": 4}, "team": "a"}
    assert ("not kept: lines 3 of the file" in err) == ("# about the team" not in out)


@pytest.mark.parametrize(
    "old", ["threads: 1\nthreads: 4\n", "base: &b {threads: 4}\n<<: *b\nbase: null\n"], ids=["repeated", "merged"]
)
def test_a_file_that_only_helm_reads_so_is_written_as_json(convert: Convert, old: str) -> None:
    _, out, err = convert(old)
    assert yaml.safe_load(out)["pool"] == {"size": 4}
    assert "the values are written as JSON without comments" in err


def test_a_part_that_stands_twice_by_an_alias_is_changed_where_it_is_meant(convert: Convert) -> None:
    _, out, _ = convert("image: &i {tag: '1@sha256:0a'}\nlabels: *i\n")
    assert yaml.safe_load(out) == {
        "image": {"tag": "1", "digest": "sha256:0a"},
        "labels": {"tag": "1@sha256:0a"},
    }


def test_a_file_is_overwritten_only_on_demand(convert: Convert, tmp_path: Path) -> None:
    output = tmp_path / "new.yaml"
    assert convert("threads: 4", "--output", str(output))[:2] == (cli.CLEAN, "")
    assert output.read_text(encoding="utf-8") == "pool:\n  size: 4\n"
    code, _, err = convert("threads: 5", "--output", str(output))
    assert (code, output.read_text(encoding="utf-8")) == (cli.UNUSABLE, "pool:\n  size: 4\n")
    assert "new.yaml exists: name another file, or add --overwrite" in err
    assert convert("threads: 5", "--output", str(output), "--overwrite")[0] == cli.CLEAN
    assert output.read_text(encoding="utf-8") == "pool:\n  size: 5\n"


def test_it_reads_standard_input_and_an_archive(make_chart: MakeChart, tmp_path: Path) -> None:
    chart = make_chart({"conversions.yaml": CONVERSIONS})
    archive = tmp_path / "tiny-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as ball:
        ball.add(chart, "tiny")
    command = [sys.executable, "-m", "chartgate", "convert-values", str(archive), "-", "--from", "0.5.0"]
    done = subprocess.run(command, input="threads: 4\n", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (cli.CLEAN, "pool:\n  size: 4\n")


@pytest.mark.parametrize(
    ("conversions", "message"),
    [
        (None, "conversions.yaml: there is no such file: the chart does not describe how to convert its values"),
        ("oldest: 0.1.0\nconversions: [{version: 1.0.0, changes: [{value: a}]}]", "exactly one of moveTo, prefixOf"),
        ("oldest: now\nconversions: []", "conversions.yaml: oldest: "),
    ],
)
def test_conversions_that_cannot_be_used_are_reported(
    make_chart: MakeChart, tmp_path: Path, capsys: pytest.CaptureFixture[str], conversions: str | None, message: str
) -> None:
    chart = make_chart({} if conversions is None else {"conversions.yaml": conversions})
    (tmp_path / "old.yaml").write_text("a: 1\n", encoding="utf-8")
    assert cli.main(["convert-values", str(chart), str(tmp_path / "old.yaml"), "--from", "0.1.0"]) == cli.UNUSABLE
    assert message in capsys.readouterr().err
