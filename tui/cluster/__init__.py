"""The domain: what a cluster's nodes say, and the rules that judge it. Pure: no input, no output, no clock of its own."""
