-- no transaction
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS outbox_key ON outbox (position, created_at)
