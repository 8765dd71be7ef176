"""Releases become findings: one module a check, each saying what it looks for, why, and what helps."""
