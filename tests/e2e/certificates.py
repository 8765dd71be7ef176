"""Certificates of a private authority, by openssl."""

import subprocess
from pathlib import Path


def make_certificates(folder: Path, *names: str) -> None:
    """ca.crt, and server.crt with server.key for the host names `names`; valid for a day.

    Raises:
        subprocess.CalledProcessError: openssl fails.
    """
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    _openssl(folder, "req", "-x509", *key, "-subj", "/CN=private authority", "-keyout", "ca.key", "-out", "ca.crt")
    alternatives = ",".join(f"DNS:{name}" for name in names)
    subject = [
        "-subj",
        "/CN=server",
        "-addext",
        f"subjectAltName={alternatives}",
        "-addext",
        "basicConstraints=CA:FALSE",
    ]
    signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.crt"]
    _openssl(folder, "req", "-x509", *key, *subject, *signed)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True)
