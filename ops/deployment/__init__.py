"""Writes the files of a deployment in containers: `python -m ops.deployment`.

deploy/compose.yaml, deploy/env.example and nginx's configuration come from the manifests and the
declared settings, so a new service needs no edit here.
"""
