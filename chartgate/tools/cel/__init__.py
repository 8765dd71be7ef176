"""CEL, the language of Kubernetes' policies: expressions, with the functions that Kubernetes adds to the language."""
