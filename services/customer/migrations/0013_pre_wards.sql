-- What became of addresses in the reform of administrative units of 2025: the ward of today, and the address of before.
ALTER TABLE customers ADD COLUMN ward text, ADD COLUMN address_old text;

-- Customers are found by either address: the words of the others stand behind those of the address, each once.
CREATE OR REPLACE FUNCTION write_search_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name_key := search_key(NEW.name);
    NEW.address_key := search_key(NEW.address);
    IF NEW.ward IS NOT NULL OR NEW.address_old IS NOT NULL THEN
        NEW.address_key := concat_ws(' ', NEW.address_key, (
            SELECT string_agg(word, ' ' ORDER BY place)
            FROM (
                SELECT word, min(place) AS place
                FROM unnest(string_to_array(search_key(concat_ws(' ', NEW.ward, NEW.address_old)), ' '))
                    WITH ORDINALITY AS words (word, place)
                WHERE word <> '' AND word <> ALL (string_to_array(NEW.address_key, ' '))
                GROUP BY word
            ) AS others
        ));
    END IF;
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

CREATE OR REPLACE TRIGGER write_search_columns BEFORE INSERT OR UPDATE OF name, address, ward, address_old ON customers
    FOR EACH ROW EXECUTE FUNCTION write_search_columns();

-- Both are part of the facts; without them the facts stay as they were, so that nothing is announced anew.
CREATE OR REPLACE VIEW customer_facts AS
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
    ) || jsonb_strip_nulls(jsonb_build_object(
        'sms_language', customers.sms_language, 'ward', customers.ward, 'address_old', customers.address_old
    )) AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
