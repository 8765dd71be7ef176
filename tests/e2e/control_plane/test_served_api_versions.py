"""What the gate takes for `.Capabilities.APIVersions` is what a real API server serves."""

from typing import Any

from chartgate.tools.catalogue import catalogue
from chartgate.tools.served_api_versions import served_api_versions

# What subresources take, which no chart asks about: the server names it by the group of the resource.
SUBRESOURCES = {"Eviction", "Scale", "TokenRequest"}


def kind_of(api_version: str) -> str:
    return api_version.rpartition("/")[2]


def test_the_gate_knows_what_the_api_server_serves(connection: Any) -> None:
    def get(path: str) -> Any:
        return connection.request("get", path).to_dict()

    custom = {crd["spec"]["group"] for crd in get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]}
    groups = [group for group in get("/apis")["groups"] if group["name"] not in custom]
    paths = {f"/apis/{one['groupVersion']}": one["groupVersion"] for group in groups for one in group["versions"]}
    real = {"v1", *paths.values()}
    for path, api in {"/api/v1": "v1", **paths}.items():
        whole = (resource for resource in get(path)["resources"] if "/" not in resource["name"])
        real |= {f"{api}/{resource['kind']}" for resource in whole}
    ours = {one for one in served_api_versions(catalogue().envtest.kubernetes) if kind_of(one) not in SUBRESOURCES}
    assert ours == real
