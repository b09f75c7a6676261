"""The WebSocket stream of print jobs and account updates. The database is the truth; sockets make it fast."""
