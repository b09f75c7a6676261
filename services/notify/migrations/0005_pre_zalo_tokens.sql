-- Zalo's access token lives about 25 hours; the refresh token is used once and comes with a successor. Both are kept
-- here so that copies share them.
CREATE TABLE zalo_tokens (
    provider text PRIMARY KEY, -- configured name
    seed text NOT NULL, -- SHA-256 of the refresh token that the configuration had when the account was set up
    access_token text,
    expires_at timestamptz,
    refresh_token text NOT NULL,
    renewal_began_at timestamptz -- committed before Zalo is asked; found later, a copy died in between
);
