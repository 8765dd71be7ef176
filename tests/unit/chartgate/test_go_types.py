"""The reader of Go types, and the table of words that it makes."""

from chartgate.findings.api_server.enums import judge
from chartgate.releases.objects import kube_object
from chartgate.tools.go_types import read_types

SOURCE = """\
package v1

import (
\tmetav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
\tcore "k8s.io/api/core/v1"
)

// Colour is a word.
// +enum
type Colour string

const (
\t// Red is red.
\tRed Colour = "Red"
\tBlue Colour = "Blue"
)

const Number int = 3

type Shade = Colour

// Thing has fields.
type Thing struct {
\tmetav1.TypeMeta `json:",inline"`
\t// +optional
\tColours []Colour `json:"colours,omitempty" protobuf:"bytes,1,opt,name=colours"`
\tPod     *core.PodSpec `json:"pod"`
\tByName  map[string]Shade `json:"byName,omitempty"`
\thidden  string
}
"""


def test_structs_and_words_are_read() -> None:
    types = read_types(SOURCE, "example.com/v1")
    colour = types["example.com/v1.Colour"]
    assert (colour.base, colour.markers, colour.constants) == ("string", ("enum",), ["Red", "Blue"])
    assert types["example.com/v1.Shade"].base == "example.com/v1.Colour"
    assert types["example.com/v1.Thing"].fields == [
        ("", "k8s.io/apimachinery/pkg/apis/meta/v1.TypeMeta"),
        ("colours", "example.com/v1.Colour"),
        ("pod", "k8s.io/api/core/v1.PodSpec"),
        ("byName", "example.com/v1.Shade"),
    ]


def test_the_words_of_a_kind_hold_for_the_versions_that_came_before() -> None:
    spec = {"metrics": [{"type": "Cpu"}]}
    for version in ("autoscaling/v2", "autoscaling/v2beta2"):
        obj = kube_object({"apiVersion": version, "kind": "HorizontalPodAutoscaler", "spec": spec}, "x.yaml", "apps")
        assert [fault.where for fault in judge(obj)] == ["spec.metrics[0].type"]


def test_a_custom_kind_of_the_same_name_has_words_of_its_own() -> None:
    manifest = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"type": "Any"}}
    assert list(judge(kube_object(manifest, "x.yaml", "apps"))) == []
