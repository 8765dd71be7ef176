"""The command line: `python -m release COMMAND`, run in the project's folder."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from chartgate.errors import GateError
from chartgate.tools.chart_files import read_chart_files
from release import changelog, pages
from release.archive import read_chart_file
from release.check import check
from release.errors import ReleaseError
from release.images import every_image, images_with
from release.package import make_package
from release.push import push_archive
from release.settings import CHART, FILE, read_settings
from release.signing import Signer

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Exit codes: 0 done, 1 refused."""
    options = _parser().parse_args(arguments)
    try:
        options.run(root, options)
    except GateError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release", description="Make and publish releases of the chart.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("check", help="whether HEAD can be released")
    command.add_argument("--publish", action="store_true", help="refuse addresses that nobody can own, too")
    command.add_argument("--tag", help="refuse another version than that of this tag, such as v1.0.0")
    command.set_defaults(run=_check)

    command = commands.add_parser("package", help="make the release of HEAD in a folder that a web server can serve")
    command.add_argument("--folder", type=Path, default=Path("dist"), help="may hold earlier releases, which stay")
    command.add_argument(
        "--rehearsal", action="store_true", help="also a version that was released from another commit"
    )
    command.add_argument("--keyring", type=Path, help="sign with a key of this file (gpg --export-secret-keys)")
    command.add_argument("--key", help="a part of the key's user name that no other key in the keyring has")
    command.add_argument("--passphrase-file", type=Path, help="a file with the key's passphrase")
    command.set_defaults(run=_package)

    command = commands.add_parser("images", help="list the images that the chart pulls, one a line")
    command.add_argument(
        "--values", type=Path, action="append", help="only the images of an installation with this file"
    )
    command.set_defaults(run=_images)

    command = commands.add_parser("push", help="push the archive of this version to the OCI registry")
    command.add_argument("--folder", type=Path, default=Path("dist"), help="where `package` made it")
    command.add_argument("--plain-http", action="store_true", help="for a registry without TLS")
    command.set_defaults(run=_push)

    command = commands.add_parser("pages", help="check out the published repository, the branch gh-pages")
    command.add_argument("--folder", type=Path, required=True, help="a new folder")
    command.set_defaults(run=_pages)

    command = commands.add_parser("publish-pages", help="push a release to the branch gh-pages")
    command.add_argument("--folder", type=Path, required=True, help="the folder that `pages` made")
    command.set_defaults(run=_publish_pages)

    command = commands.add_parser("notes", help="print the changelog's entry for this version")
    command.set_defaults(run=_notes)
    return parser


def _check(root: Path, options: argparse.Namespace) -> None:
    print(check(root))
    version = read_chart_file(root / CHART)["version"]
    if options.tag not in {None, f"v{version}"}:
        raise ReleaseError(
            f"the tag {options.tag} is not that of version {version} in {CHART}/Chart.yaml: tag v{version}"
        )
    reserved = read_settings(root).reserved() if options.publish else []
    if reserved:
        raise ReleaseError(f"{FILE}: these addresses belong to nobody: {'; '.join(reserved)}: write your own")


def _package(root: Path, options: argparse.Namespace) -> None:
    if (options.keyring is None) != (options.key is None):
        raise ReleaseError("--keyring and --key belong together: give both, or none for a release without a signature")
    signer = Signer(options.keyring, options.key, options.passphrase_file) if options.keyring else None
    made = make_package(root, options.folder, signer, rehearsal=options.rehearsal)
    print(f"{made.archive}: SHA-256 {made.digest}, {'signed' if made.signed else 'not signed'}")


def _images(root: Path, options: argparse.Namespace) -> None:
    chart = root / CHART
    texts = [_read(path) for path in options.values or ()]
    images = images_with(read_chart_files(chart), texts) if texts else every_image(chart)
    print("\n".join(images))


def _push(root: Path, options: argparse.Namespace) -> None:
    data = read_chart_file(root / CHART)
    chart = str(data["name"]), str(data["version"])
    archive = options.folder / f"{'-'.join(chart)}.tgz"
    if not archive.exists():
        raise ReleaseError(f"{archive}: there is no such archive: run `make package` first")
    print(push_archive(archive, chart, read_settings(root).oci, ["--plain-http"] if options.plain_http else []))


def _pages(root: Path, options: argparse.Namespace) -> None:
    pages.check_out(root, options.folder)


def _publish_pages(root: Path, options: argparse.Namespace) -> None:
    changed = pages.publish(options.folder, str(read_chart_file(root / CHART)["version"]))
    print(f"{pages.BRANCH}: {'pushed' if changed else 'nothing has changed'}")


def _notes(root: Path, _: argparse.Namespace) -> None:
    print(changelog.notes_of(root, str(read_chart_file(root / CHART)["version"])))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{path}: cannot be read: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
