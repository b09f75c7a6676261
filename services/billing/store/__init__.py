"""All SQL of billing, one module for each thing that is kept. Whoever calls holds the transaction.

Locks are taken in one order everywhere: metered periods, accounts (by customer code), shift. Whatever changes what a
customer owes takes the account's row lock first, so that the account's version says in which order things happened.
The locks are FOR NO KEY UPDATE: they exclude each other, and not the foreign keys of an import that is going on.
"""
