"""What makes a finding the same one in a later run, for programs that compare runs."""

import hashlib
import json

from chartgate.findings.finding import Finding


def fingerprint_of(finding: Finding) -> str:
    """SHA-256 in hexadecimal digits. Neither the case nor the line is part of it."""
    identity = json.dumps([finding.check, finding.rule, finding.object, finding.where, finding.what])
    if finding.group or finding.namespace:
        identity += json.dumps([finding.group, finding.namespace])
    return hashlib.sha256(identity.encode()).hexdigest()
