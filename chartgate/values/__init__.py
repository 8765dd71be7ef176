"""What is rendered: the cases that a chart offers, and what its `chartgate.yaml` says about them."""
