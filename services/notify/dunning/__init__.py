"""Dunning up to cutting off: steps as dated data, done by their delivery records, and why a step waits."""
