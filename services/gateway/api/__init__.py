"""The operations of the public API, one module a resource: models, handlers, and the table that names them."""
