"""The WebSocket stream: papers and account updates for phones. The database is the truth, sockets are speed."""
