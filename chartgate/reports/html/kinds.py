"""What kinds are for, as the page colours them."""

_GROUPS = {
    "workload": {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"},
    "network": {"Service", "Ingress", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "Gateway", "NetworkPolicy"},
    "config": {"ConfigMap", "Secret", "PersistentVolumeClaim"},
    "identity": {"ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"},
}


def group(kind: str) -> str:
    """The group of a kind; "other" for one that is in none."""
    return next((name for name, kinds in _GROUPS.items() if kind in kinds), "other")
