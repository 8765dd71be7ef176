// Renders cases of a chart with Helm's own module, in one process, and reads the objects: what no other way can undercut.
//
//	engine-limit CHART INDEX
//
// INDEX is the list of cases that benchmarks/chosen_cases.py writes.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"sigs.k8s.io/yaml"
)

type fileCase struct {
	Name        string   `json:"name"`
	Values      string   `json:"values"`
	Release     string   `json:"release"`
	Namespace   string   `json:"namespace"`
	Kubernetes  string   `json:"kubernetes"`
	APIVersions []string `json:"api_versions"`
}

var between = regexp.MustCompile(`(?m)^---.*$`)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(chart, index string) error {
	text, err := os.ReadFile(index)
	if err != nil {
		return err
	}
	var cases []fileCase
	if err := json.Unmarshal(text, &cases); err != nil {
		return err
	}
	loaded, err := loader.Load(chart)
	if err != nil {
		return err
	}
	objects := 0
	for _, one := range cases {
		found, err := render(copied(loaded), one)
		if err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}
		objects += found
	}
	fmt.Println(objects)
	return nil
}

// copied returns a chart that ProcessDependencies may change.
func copied(chart *v2.Chart) *v2.Chart {
	made := *chart
	metadata := *chart.Metadata
	metadata.Dependencies = nil
	for _, dependency := range chart.Metadata.Dependencies {
		one := *dependency
		metadata.Dependencies = append(metadata.Dependencies, &one)
	}
	made.Metadata = &metadata
	made.SetDependencies()
	for _, dependency := range chart.Dependencies() {
		made.AddDependency(copied(dependency))
	}
	return &made
}

// render returns the number of objects of a case.
func render(chart *v2.Chart, one fileCase) (int, error) {
	values, err := common.ReadValuesFile(one.Values)
	if err != nil {
		return 0, err
	}
	if err := chartutil.ProcessDependencies(chart, values); err != nil {
		return 0, err
	}
	version, err := common.ParseKubeVersion(one.Kubernetes + ".0")
	if err != nil {
		return 0, err
	}
	capabilities := common.DefaultCapabilities.Copy()
	capabilities.KubeVersion = *version
	capabilities.APIVersions = append(capabilities.APIVersions, one.APIVersions...)
	release := common.ReleaseOptions{Name: one.Release, Namespace: one.Namespace, Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(chart, values, release, capabilities)
	if err != nil {
		return 0, err
	}
	files, err := engine.Render(chart, all)
	if err != nil {
		return 0, err
	}
	objects := 0
	for name, file := range files {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		for _, document := range between.Split(file, -1) {
			var object map[string]any
			if err := yaml.Unmarshal([]byte(document), &object); err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
			if object != nil {
				objects++
			}
		}
	}
	return objects, nil
}
