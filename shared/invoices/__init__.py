"""Invoices as people see them: read from the signed XML, as a page, as a file for the archive, and on paper."""
