-- Computers of partners that call /partner/v1 with signed requests (ADR 62). What is agreed with them about money is billing's.
CREATE TABLE partners (
    partner_id uuid PRIMARY KEY,
    partner_code text COLLATE "C" NOT NULL UNIQUE CHECK (partner_code ~ '^[A-Z][A-Z0-9]{1,19}$'),
    name text NOT NULL,
    -- From where it calls; empty: from anywhere.
    networks cidr[] NOT NULL DEFAULT '{}',
    requests_per_minute integer NOT NULL CHECK (requests_per_minute > 0),
    made_at timestamptz NOT NULL,
    deactivated_at timestamptz
);

CREATE TABLE partner_keys (
    -- As signatures name it: unique over all partners.
    key_id text COLLATE "C" PRIMARY KEY CHECK (key_id ~ '^[0-9A-Za-z][0-9A-Za-z_.-]{2,63}$'),
    partner_id uuid NOT NULL REFERENCES partners,
    algorithm text NOT NULL CHECK (algorithm IN ('ed25519', 'ecdsa-p256-sha256', 'rsa-pss-sha512', 'hmac-sha256')),
    -- A public key as PEM; of HMAC the shared secret, encrypted as secrets of second factors are.
    key text NOT NULL,
    made_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    CHECK (valid_until IS NULL OR valid_until >= valid_from)
);
CREATE INDEX partner_keys_of_partner ON partner_keys (partner_id);

-- What was used within the replay window, for all copies of the gateway.
CREATE TABLE partner_nonces (
    partner_id uuid NOT NULL REFERENCES partners,
    nonce text COLLATE "C" NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (partner_id, nonce)
);
CREATE INDEX partner_nonces_expired ON partner_nonces (expires_at);

SELECT begin_money_history('partners', 'partner_id');
SELECT begin_money_history('partner_keys', 'key_id', digested => '{key}');
