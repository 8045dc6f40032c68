"""Keeping nodes current: what is offered, installing it on nodes at once or through a cluster, one after the other."""
