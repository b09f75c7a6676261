"""Stand-ins for providers of SMS: separate processes that answer as a provider does, and as one does on a bad day."""
