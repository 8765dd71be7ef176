// What Go's own parser makes of the texts in texts.json: `go run record.go < texts.json > parsed.json`.
package main

import (
	"encoding/json"
	"log"
	"os"
	"text/template/parse"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	parsed := []map[string]string{}
	for _, text := range texts {
		tree := parse.New("")
		tree.Mode = parse.SkipFuncCheck
		set := map[string]*parse.Tree{}
		var printed map[string]string // null where Go refuses the text
		if _, err := tree.Parse(text, "", "", set); err == nil {
			printed = map[string]string{}
			for name, found := range set {
				printed[name] = found.Root.String()
			}
		}
		parsed = append(parsed, printed)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(parsed); err != nil {
		log.Fatal(err)
	}
}
