"""How banks and their go-betweens tell of money on the utility's accounts: one module for each kind.

A kind has its settings (:data:`~services.gateway.webhooks.configuration.AnyWebhook`), proves that a message is its
sender's, and reads it. It knows nothing of customers.
"""
