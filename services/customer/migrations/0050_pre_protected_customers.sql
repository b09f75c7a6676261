-- Customers who must not be cut off, whatever they owe.
ALTER TABLE customers ADD COLUMN protected boolean NOT NULL DEFAULT false;

-- Who noted it or took it back, when and why. The reason may be about health: it leaves this database with no event.
CREATE TABLE protections (
    protection_id uuid PRIMARY KEY,
    customer_code text COLLATE "C" NOT NULL REFERENCES customers,
    protected boolean NOT NULL,
    reason text NOT NULL,
    actor jsonb NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX protections_of_customer ON protections (customer_code, recorded_at);

-- Whoever is not protected has the facts that were: nobody is announced again for that.
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
            ) || jsonb_strip_nulls(jsonb_build_object(
                'max_amperes', max_amperes, 'phases', phases, 'ct_ratio', ct_ratio, 'vt_ratio', vt_ratio
            ))
            FROM meters WHERE meters.customer_code = customers.customer_code
            ORDER BY installed_on DESC, meter_number LIMIT 1
        ),
        'active', customers.active
    ) || jsonb_strip_nulls(jsonb_build_object(
        'sms_language', customers.sms_language, 'ward', customers.ward, 'address_old', customers.address_old
    )) || CASE WHEN customers.protected THEN jsonb_build_object('protected', true) ELSE '{}'::jsonb END AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
