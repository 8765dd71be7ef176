"""Findings become a report."""
