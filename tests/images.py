"""The images of the chart, as `make images` lists them."""

ALL = [
    "docker.io/redis:8.2.3",
    "fluent/fluent-bit:5.1.1",
    "ghcr.io/wei-shaw/claude-relay-service:v1.1.314",
    "quay.io/prometheuscommunity/json-exporter:v0.7.0",
]
