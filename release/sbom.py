"""The bill of materials of a release, as CycloneDX 1.6 in JSON: the chart, its files, its subcharts and its images."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from release.archive import contents, sha256
from release.metadata import PREFIX, name_of


def bill_of_materials(archive: Path, metadata: Mapping[str, Any], images: Sequence[str], when: int) -> str:
    """The document as text; the same for the same arguments.

    Args:
        metadata: Chart.yaml of the archive.
        images: the references of all images.
        when: seconds since 1970.
    """
    digest = sha256(archive)
    chart = Component(
        type=ComponentType.APPLICATION,
        name=str(metadata["name"]),
        version=str(metadata["version"]),
        bom_ref="chart",
        description=str(metadata.get("description", "")),
        licenses=[DisjunctiveLicense(id=metadata["annotations"][f"{PREFIX}license"])],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        external_references=[ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(metadata["home"]))],
    )
    parts = [
        *(_subchart(dependency) for dependency in metadata.get("dependencies", ())),
        *(_image(image) for image in images),
        *(_file(path, file_digest) for path, file_digest in contents(archive).items()),
    ]
    bom = Bom(
        components=parts,
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, digest),
        metadata=BomMetaData(component=chart, timestamp=datetime.fromtimestamp(when, UTC)),
    )
    bom.register_dependency(chart, [part for part in parts if part.type is not ComponentType.FILE])
    return f"{JsonV1Dot6(bom).output_as_string(indent=2)}\n"


def _subchart(dependency: Mapping[str, Any]) -> Component:
    name, version = str(dependency["name"]), str(dependency["version"])
    return Component(type=ComponentType.APPLICATION, name=f"charts/{name}", version=version, bom_ref=f"subchart:{name}")


def _image(image: str) -> Component:
    reference, _, digest = image.partition("@")
    repository, _, tag = reference.rpartition(":") if ":" in reference.rsplit("/", 1)[-1] else (reference, "", "")
    qualifiers = {"repository_url": repository, **({"tag": tag} if tag else {})}
    purl = PackageURL("oci", None, name_of(image), digest or None, qualifiers)
    return Component(
        type=ComponentType.CONTAINER, name=repository, version=digest or tag, bom_ref=f"image:{image}", purl=purl
    )


def _file(path: str, digest: str) -> Component:
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
    return Component(type=ComponentType.FILE, name=path, bom_ref=f"file:{path}", hashes=hashes)
