"""Cases become releases: what Helm makes of a chart and its values, as objects that cannot be changed."""
