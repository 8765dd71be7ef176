"""The tools beneath the gate: Helm and the Kubernetes schemas, found or fetched, pinned and cached."""
