"""The HTTP edge: operations as data, one dispatcher for all of them, problems, limits, OpenAPI."""
