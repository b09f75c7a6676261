"""The local stack: private copies of PostgreSQL and RabbitMQ, and the six services on top of them."""
