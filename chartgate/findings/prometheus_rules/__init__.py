"""Rules of Prometheus, in PrometheusRules and in files of ConfigMaps, are rules that Prometheus loads."""

from chartgate.findings.prometheus_rules.check import CHECK

__all__ = ["CHECK"]
