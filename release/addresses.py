"""What the chart's README tells of the addresses in `release.yaml`."""

from release.settings import Settings

INSTALLATION = """\
From the chart repository:

```bash
helm repo add claude-relay {repository}
helm repo update
helm install my-claude-relay claude-relay/claude-relay
```

From the OCI registry, with Helm 3.8 or later:

```bash
helm install my-claude-relay {oci}/claude-relay
```

The commands below name the chart `claude-relay/claude-relay`. With the OCI registry, write
`{oci}/claude-relay` instead.

A release is signed by the workflow that publishes it. This checks the signature in the registry:

<!-- not run: cosign looks the signature up in a public log, and the workflow that signs has not published yet -->
```bash
cosign verify {registry}/claude-relay:VERSION \\
  --certificate-oidc-issuer https://token.actions.githubusercontent.com \\
  --certificate-identity {home}/.github/workflows/release.yaml@refs/tags/vVERSION
```
"""


def installation(settings: Settings) -> str:
    """The part of the README that tells where the chart is published."""
    registry = settings.oci.removeprefix("oci://")
    return INSTALLATION.format(repository=settings.repository, oci=settings.oci, registry=registry, home=settings.home)
