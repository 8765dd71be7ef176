"""A real API server without a cluster: its programs, its processes and a client."""
