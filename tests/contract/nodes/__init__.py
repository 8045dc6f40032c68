"""Tests of the channel to nodes against the lab's nodes."""
