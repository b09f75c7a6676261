-- What stands on a meter's plate, where a list tells: the current up to which it measures, its phases, and the ratios of its
-- transformers.
ALTER TABLE meters
    ADD COLUMN max_amperes integer CHECK (max_amperes BETWEEN 1 AND 10000),
    ADD COLUMN phases integer CHECK (phases IN (1, 3)),
    ADD COLUMN ct_ratio text,
    ADD COLUMN vt_ratio text;

-- A meter of which nothing of this is known has the facts that it had: nobody is announced again for that.
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
    )) AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
