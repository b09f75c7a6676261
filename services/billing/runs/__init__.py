"""Bill runs: rules of their steps."""
