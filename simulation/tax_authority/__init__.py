"""A provider between sellers and the tax authority (T-VAN), with the authority behind it, for development and tests."""
