-- Who is supplied, by which unit, on whose route, through which meter.

CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The form under which text is found: lower-case words of a-z and 0-9, single blanks between them.
-- The same as search_key in shared/text.py; a test holds the two against each other. Immutable because the dictionary is
-- named outright; whoever changes the dictionary's rules must write the names anew.
CREATE FUNCTION search_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN btrim(
        regexp_replace(
            lower(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFC)) COLLATE "C"),
            '[^a-z0-9]+', ' ', 'g'
        ),
        ' '
    );

CREATE TABLE units (
    unit_code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    address text NOT NULL,
    tax_code text NOT NULL,
    phone text NOT NULL
);

CREATE TABLE collectors (
    collector_code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    phone text NOT NULL,
    unit_code text COLLATE "C" NOT NULL REFERENCES units,
    active boolean NOT NULL
);

CREATE TABLE routes (
    route_code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    unit_code text COLLATE "C" NOT NULL REFERENCES units,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors
);
CREATE INDEX routes_of_collector ON routes (collector_code);

CREATE TABLE customers (
    customer_code text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    address text NOT NULL,
    phone text COLLATE "C",
    -- What the last import said: an import changes the number only when the file's own number has changed, so that
    -- a correction made at the door outlives the next import of the old list.
    imported_phone text COLLATE "C",
    tax_code text,
    unit_code text COLLATE "C" NOT NULL REFERENCES units,
    route_code text COLLATE "C" NOT NULL REFERENCES routes,
    place_in_route integer NOT NULL,
    price_group text NOT NULL,
    households text NOT NULL,
    active boolean NOT NULL,
    -- What the customer is found by; written by the trigger below.
    name_key text COLLATE "C" NOT NULL,
    name_bag text COLLATE "C" NOT NULL,
    address_key text COLLATE "C" NOT NULL,
    name_terms tsvector NOT NULL,
    all_terms tsvector NOT NULL
);

-- A trigger and not generated columns, because each of those would work the keys out anew (three times slower).
CREATE FUNCTION write_search_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name_key := search_key(NEW.name);
    NEW.address_key := search_key(NEW.address);
    -- The words in the order of the alphabet: equal for the same words in any order.
    NEW.name_bag := (
        SELECT coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), '')
        FROM unnest(string_to_array(NEW.name_key, ' ')) AS word
    );
    -- The words of the name, and their first one and two letters marked with an underscore, so that initials
    -- ("ng.t.hanh") are index look-ups and not scans over everything that begins with t.
    NEW.name_terms := array_to_tsvector((
        SELECT coalesce(array_agg(DISTINCT term), '{}')
        FROM unnest(string_to_array(NEW.name_key, ' ')) AS word,
            unnest(ARRAY[left(word, 60), left(word, 1) || '_', left(word, 2) || '_']) AS term
        WHERE word <> ''
    ));
    NEW.all_terms := array_to_tsvector((
        SELECT coalesce(array_agg(DISTINCT left(word, 60)), '{}')
        FROM unnest(string_to_array(NEW.name_key || ' ' || NEW.address_key, ' ')) AS word
        WHERE word <> ''
    ));
    RETURN NEW;
END $$;

CREATE TRIGGER write_search_columns BEFORE INSERT OR UPDATE OF name, address ON customers
    FOR EACH ROW EXECUTE FUNCTION write_search_columns();

-- Prefixes of codes are the primary key's work; the endings people remember are prefixes of the reversed text.
CREATE INDEX customers_by_route ON customers (route_code, place_in_route, customer_code);
CREATE INDEX customers_by_code_ending ON customers (reverse(customer_code));
CREATE INDEX customers_by_phone ON customers (phone) WHERE phone IS NOT NULL;
CREATE INDEX customers_by_phone_ending ON customers (reverse(phone)) WHERE phone IS NOT NULL;
CREATE INDEX customers_by_joined_name ON customers (replace(name_key, ' ', ''));
CREATE INDEX customers_by_name_bag ON customers (name_bag);
CREATE INDEX customers_by_name_terms ON customers USING gin (name_terms);
CREATE INDEX customers_by_all_terms ON customers USING gin (all_terms);

CREATE TABLE meters (
    meter_number text COLLATE "C" PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    multiplier integer NOT NULL,
    digits integer NOT NULL,
    installed_on date NOT NULL
);
CREATE INDEX meters_of_customer ON meters (customer_code, installed_on DESC, meter_number);
CREATE INDEX meters_by_ending ON meters (reverse(meter_number));

CREATE TABLE phone_corrections (
    correction_id uuid PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    collector_code text COLLATE "C" NOT NULL REFERENCES collectors,
    old_phone text,
    new_phone text NOT NULL,
    reason text NOT NULL,
    fingerprint text NOT NULL,
    corrected_at timestamptz NOT NULL
);
CREATE INDEX phone_corrections_of_customer ON phone_corrections (customer_code, corrected_at);

-- What was last said of a customer with customer.changed. Apart from the customer, whose row is wide and has a dozen
-- indexes: announcing does not touch it.
CREATE TABLE announcements (
    customer_code text COLLATE "C" PRIMARY KEY REFERENCES customers,
    version integer NOT NULL,
    digest text NOT NULL,
    announced_at timestamptz NOT NULL
);

-- Every word of every name and address with the number of customers that have it. Vietnamese has a few thousand
-- syllables, so a misspelt word is looked up here in a millisecond where the names themselves would take a second.
CREATE TABLE vocabulary (
    word text COLLATE "C" PRIMARY KEY,
    in_names integer NOT NULL,
    in_addresses integer NOT NULL
);
CREATE INDEX vocabulary_by_likeness ON vocabulary USING gin (word gin_trgm_ops);

CREATE FUNCTION count_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO vocabulary AS known (word, in_names, in_addresses)
        SELECT left(word, 60), sum(in_name), sum(in_address)
        FROM new_rows, LATERAL (
            SELECT word, 1, 0 FROM unnest(string_to_array(name_key, ' ')) AS word
            UNION ALL SELECT word, 0, 1 FROM unnest(string_to_array(address_key, ' ')) AS word
        ) AS words (word, in_name, in_address)
        WHERE word <> '' GROUP BY left(word, 60) ORDER BY left(word, 60)
        ON CONFLICT (word) DO UPDATE SET in_names = known.in_names + excluded.in_names,
            in_addresses = known.in_addresses + excluded.in_addresses;
    ELSE
        INSERT INTO vocabulary AS known (word, in_names, in_addresses)
        SELECT left(word, 60), sum(in_name), sum(in_address)
        FROM (
            SELECT old_rows.name_key AS old_name, old_rows.address_key AS old_address,
                new_rows.name_key AS new_name, new_rows.address_key AS new_address
            FROM old_rows JOIN new_rows USING (customer_code)
            WHERE old_rows.name_key <> new_rows.name_key OR old_rows.address_key <> new_rows.address_key
        ) AS changed, LATERAL (
            SELECT word, 1, 0 FROM unnest(string_to_array(new_name, ' ')) AS word
            UNION ALL SELECT word, 0, 1 FROM unnest(string_to_array(new_address, ' ')) AS word
            UNION ALL SELECT word, -1, 0 FROM unnest(string_to_array(old_name, ' ')) AS word
            UNION ALL SELECT word, 0, -1 FROM unnest(string_to_array(old_address, ' ')) AS word
        ) AS words (word, in_name, in_address)
        WHERE word <> '' GROUP BY left(word, 60) HAVING sum(in_name) <> 0 OR sum(in_address) <> 0
        ORDER BY left(word, 60)
        ON CONFLICT (word) DO UPDATE SET in_names = known.in_names + excluded.in_names,
            in_addresses = known.in_addresses + excluded.in_addresses;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER count_words_of_new_customers AFTER INSERT ON customers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_words();
CREATE TRIGGER count_words_of_changed_customers AFTER UPDATE ON customers
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_words();

-- The contract facts of a customer as customer.changed carries them, all but the version.
CREATE VIEW customer_facts AS
SELECT
    customers.customer_code,
    jsonb_build_object(
        'customer_code', customers.customer_code,
        'name', customers.name,
        'address', customers.address,
        'phone', customers.phone,
        'tax_code', customers.tax_code,
        'unit', jsonb_build_object(
            'unit_code', units.unit_code, 'name', units.name, 'address', units.address,
            'tax_code', units.tax_code, 'phone', units.phone
        ),
        'route_code', customers.route_code,
        'place_in_route', customers.place_in_route,
        'collector', jsonb_build_object(
            'collector_code', collectors.collector_code, 'name', collectors.name, 'phone', collectors.phone
        ),
        'price_group', customers.price_group,
        'households', customers.households,
        'meter', (
            SELECT jsonb_build_object(
                'meter_number', meter_number, 'multiplier', multiplier, 'digits', digits
            )
            FROM meters WHERE meters.customer_code = customers.customer_code
            ORDER BY installed_on DESC, meter_number LIMIT 1
        ),
        'active', customers.active
    ) AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
