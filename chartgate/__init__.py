"""Renders a Helm chart in every case it claims to support and checks every object that comes out."""
