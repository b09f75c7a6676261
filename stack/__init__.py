"""The local stack: private copies of PostgreSQL and RabbitMQ, and the five services on top of them."""
