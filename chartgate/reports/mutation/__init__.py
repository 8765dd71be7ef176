"""The reports of `chartgate mutate`."""
