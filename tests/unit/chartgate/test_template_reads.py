"""Which values templates read is told by the templates alone."""

import pytest

from chartgate.values.template_reads import template_reads
from chartgate.values.template_walk import EACH

HOST_NAME = {("hosts", EACH, "name")}


@pytest.mark.parametrize(
    ("template", "whole"),
    [
        ("{{ .Values.image.tag }}", {("image", "tag")}),
        ("{{ $.Values.a }}{{- /* .Values.b */ -}}", {("a",)}),
        ("{{ with .Values.pod }}{{ .labels }}{{ end }}{{ .Values.b }}", {("pod", "labels"), ("b",)}),
        ("{{ with .Values.pod }}{{ toYaml . }}{{ end }}", {("pod",)}),
        ("{{ with .Values.a }}{{ else }}{{ .b }}{{ end }}", set()),
        ("{{ range .Values.hosts }}{{ .name }}{{ end }}", {("hosts", EACH, "name")}),
        ("{{ range $key, $host := .Values.hosts }}{{ $host.name }}{{ end }}", {("hosts", EACH, "name")}),
        ("{{ $web := .Values.web }}{{ $web.port }}", {("web", "port")}),
        ("{{ ((.Values.web).port).name }}", {("web", "port", "name")}),
        ('{{ index .Values "my-web" "port" }}', {("my-web", "port")}),
        ('{{ include "helper" (dict "web" .Values.web "root" $) }}', {("web",)}),
        ('{{ default .Values.a .Values.b | quote }}{{ "}}" }}', {("a",), ("b",)}),
        ("{{ toYaml .Values }}", {()}),
        ('{{ define "x" }}{{ .context.Values.a }}{{ end }}', {("a",)}),
        ('{{ block "x" .Values.a }}{{ end }}{{ template "x" .Values.b }}', {("a",), ("b",)}),
        (
            '{{ index .Values.hosts 0 "name" }}{{ index .Values.ports $.Values.b }}',
            {*HOST_NAME, ("ports", EACH), ("b",)},
        ),
        ('{{ dig "a" "b" .Values.c .Values.d }}', {("d", "a", "b"), ("c",)}),
        ("{{ if $a := .Values.a }}{{ else }}{{ $a.b }}{{ end }}", {("a", "b")}),
        ("{{ range $.Values.a }}{{ else }}{{ $.Values.b }}{{ end }}", {("b",)}),
        ("{{ range $a := .Values.a | default .Values.b }}{{ $a.c }}{{ end }}", {("a", EACH, "c"), ("b",)}),
        ("{{ with or .Values.a .Values.b }}{{ .c }}{{ end }}", {("a",), ("b",)}),
        ("{{ .Values.AsMap }}", {()}),
        ("{{ .Subcharts.web.Values.a }}{{ .Values.Subcharts.b }}", {("web", "a"), ("Subcharts", "b")}),
        ("{{ $.Subcharts.web.Subcharts.api.Values.a }}", {("web", "api", "a")}),
        ('{{ with .Subcharts.web }}{{ .Values.a }}{{ include "web.name" . }}{{ end }}', {("web", "a")}),
        ("{{ $web := .root.Subcharts.web }}{{ $web.Values.AsMap }}", {("web",)}),
        ("{{ range .Subcharts }}{{ .Values.a }}{{ .Chart.Name }}{{ end }}", {(EACH, "a")}),
        ("{{ .Values.a.b", set()),
        ("a: '{{ .Values.a }}'\nb: '{{ if'\n'{{ .Values.c }}': d", {("a",), ("c",)}),
    ],
)
def test_a_read_has_the_path_of_the_value(template: str, whole: set[tuple[str, ...]]) -> None:
    assert template_reads([template]).whole == whole


def test_a_condition_asks_about_a_value_and_does_not_read_what_it_holds() -> None:
    reads = template_reads(['{{ if and .Values.web (eq .Values.mode "a") }}{{ end }}'])
    assert (reads.tested, reads.whole) == ({("web",), ("mode",)}, set())
    assert reads.tests(("web",))
    assert not reads.uses(("web", "port"))


def test_a_variable_with_two_values_reads_both() -> None:
    reads = template_reads(["{{ $a := .Values.one }}{{ if .x }}{{ $a = .Values.two }}{{ end }}{{ $a.port }}"])
    assert reads.whole == {("one",), ("two",)}
    assert reads.uses(("two", "port"))
