"""Tests of rolling through a cluster."""
