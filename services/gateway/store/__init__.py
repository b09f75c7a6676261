"""All the SQL of the gateway, one module a group of tables. Functions take a connection and never commit."""
