"""The domain: what a cluster's nodes say, and the rules that judge it. Pure: no input or output, no clock."""
