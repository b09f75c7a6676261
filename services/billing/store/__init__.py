"""All SQL of billing, one module for each thing that is kept. The caller holds the transaction.

The order of locks is the same everywhere: metered periods, accounts (by customer code), shift. A change of what a
customer owes locks the account's row first, so that the account's version is the order of the changes.
The locks are FOR NO KEY UPDATE: they exclude each other, and not the foreign keys of an import that is going on.
"""
