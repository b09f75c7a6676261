"""The subjects of ``./dev bench``: ours, and others that do the same job. Each is a process that takes commands."""
