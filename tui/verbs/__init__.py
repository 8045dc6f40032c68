"""One module a command: reads the cluster or runs an operation and hands the result to `tui.report`."""
