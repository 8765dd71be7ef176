"""Signing keys for tests: made anew, used once, protected by a passphrase as real ones are."""

import subprocess
import tempfile
from pathlib import Path

from release.signing import Signer

PASSPHRASE = "only for this test"


def new_signer(folder: Path, address: str) -> Signer:
    """A new RSA key of `address`, the kind that every Helm can sign and verify with.

    `folder` gets the secret keyring, the passphrase, `public.asc` (in ASCII armor) and `public.gpg` (the keyring that
    `helm verify` reads).
    """
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    # Short, because the path of gpg-agent's socket has room for about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="key-") as home:
        gpg = ["gpg", "--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase-file", str(passphrase)]
        for arguments in (
            ["--quick-generate-key", f"Release <{address}>", "rsa2048", "sign", "never"],
            ["--export-secret-keys", "--output", str(folder / "secret.gpg")],
            ["--export", "--armor", "--output", str(folder / "public.asc")],
            ["--export", "--output", str(folder / "public.gpg")],
        ):
            subprocess.run([*gpg, *arguments], check=True, capture_output=True)
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True, capture_output=True)
    return Signer(folder / "secret.gpg", address, passphrase)
