"""Provenance files: Helm signs an archive with an OpenPGP key, and `helm verify` accepts it with the public key."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from release.archive import run_helm
from release.errors import ReleaseError
from release.settings import KEY_FILE


@dataclass(frozen=True)
class Signer:
    """The secret key of a release.

    Attributes:
        keyring: secret keys as `gpg --export-secret-keys` writes them.
        key: a part of the key's user name that no other key in the keyring has.
        passphrase: a file with the passphrase; None for a key without one.
    """

    keyring: Path
    key: str
    passphrase: Path | None = None

    def options(self) -> list[str]:
        """The options of `helm package`."""
        for path in filter(None, (self.keyring, self.passphrase)):
            if not path.is_file():
                raise ReleaseError(f"{path}: there is no such file: give the keyring and the file with its passphrase")
        options = ["--sign", "--key", self.key, "--keyring", str(self.keyring)]
        return [*options, "--passphrase-file", str(self.passphrase)] if self.passphrase else options


def public_key(root: Path) -> Path | None:
    """The file with the public key of the releases; None if the project has none, and releases are not signed."""
    path = root / KEY_FILE
    return path if path.exists() else None


def fingerprint_of(key: Path) -> str:
    """The fingerprint of the primary key in a file.

    Raises:
        ReleaseError: gpg cannot be run, or the file does not hold exactly one public key.
    """
    with tempfile.TemporaryDirectory() as home:
        listing = _gpg(home, "--show-keys", "--with-colons", str(key)).decode()
    fields = [line.split(":") for line in listing.splitlines()]
    keys = [index for index, field in enumerate(fields) if field[0] == "pub"]
    if len(keys) != 1 or any(field[0] == "sec" for field in fields):
        raise ReleaseError(f"{key}: must hold one public key and no secret one: write it with gpg --armor --export")
    return next(field[9] for field in fields[keys[0] :] if field[0] == "fpr")


def verify(archive: Path, key: Path) -> None:
    """Check the provenance file beside an archive.

    Raises:
        ReleaseError: there is none, it was made with another key, or the archive is not the signed one.
    """
    with tempfile.TemporaryDirectory() as temporary:
        keyring = Path(temporary) / "keyring.gpg"
        keyring.write_bytes(_gpg(temporary, "--dearmor", "--output", "-", str(key)))
        try:
            run_helm(["verify", str(archive), "--keyring", str(keyring)])
        except ReleaseError as error:
            raise ReleaseError(f"{archive.name}: its signature is not one of {KEY_FILE}: {error}") from error


def _gpg(home: str, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["gpg", "--homedir", home, "--batch", *arguments], capture_output=True, check=False)
    except OSError as error:
        raise ReleaseError(f"gpg cannot be run: {error}: install GnuPG") from error
    if done.returncode:
        raise ReleaseError(f"gpg {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
