-- In which language a customer wants SMS; null: as the unit has it.
ALTER TABLE customers ADD COLUMN sms_language text COLLATE "C" CHECK (sms_language IN ('vi', 'vi-accents', 'en'));

-- Who noted which wish, and when.
CREATE TABLE sms_language_choices (
    choice_id uuid PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    sms_language text COLLATE "C",
    requested_by text NOT NULL,
    recorded_at timestamptz NOT NULL
);

-- A wish is part of the facts; without one they stay as they were, so that nothing is announced anew.
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
    ) || CASE WHEN customers.sms_language IS NULL THEN '{}'::jsonb
        ELSE jsonb_build_object('sms_language', customers.sms_language) END AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
