-- To the letter what `facts::text` of customer_facts is, for an import that announces a million customers: written at once, with the keys in
-- the order of jsonb (by length, then by letters), and not built, merged and printed. A test holds the two against each other; who changes
-- one changes both.
CREATE VIEW customer_facts_as_text AS
SELECT
    customers.customer_code,
    collectors.collector_code,
    concat(
        '{"name": ', to_json(customers.name),
        ', "unit": {"name": ', to_json(units.name), ', "phone": ', to_json(units.phone), ', "address": ', to_json(units.address),
        ', "tax_code": ', to_json(units.tax_code), ', "unit_code": ', to_json(units.unit_code), '}',
        ', "ward": ' || to_json(customers.ward)::text,
        ', "meter": ', coalesce((
            SELECT concat(
                '{"digits": ', digits,
                ', "phases": ' || phases, ', "ct_ratio": ' || to_json(ct_ratio)::text, ', "vt_ratio": ' || to_json(vt_ratio)::text,
                ', "multiplier": ', multiplier, ', "max_amperes": ' || max_amperes,
                ', "meter_number": ', to_json(meter_number), '}')
            FROM meters WHERE meters.customer_code = customers.customer_code
            ORDER BY installed_on DESC, meter_number LIMIT 1
        ), 'null'),
        ', "phone": ', coalesce(to_json(customers.phone)::text, 'null'),
        ', "active": ', customers.active::text,
        ', "address": ', to_json(customers.address),
        ', "tax_code": ', coalesce(to_json(customers.tax_code)::text, 'null'),
        ', "collector": {"name": ', to_json(collectors.name), ', "phone": ', to_json(collectors.phone),
        ', "collector_code": ', to_json(collectors.collector_code), '}',
        CASE WHEN customers.protected THEN ', "protected": true' END,
        ', "households": ', to_json(customers.households),
        ', "route_code": ', to_json(customers.route_code),
        ', "address_old": ' || to_json(customers.address_old)::text,
        ', "price_group": ', to_json(customers.price_group),
        ', "sms_language": ' || to_json(customers.sms_language)::text,
        ', "customer_code": ', to_json(customers.customer_code),
        ', "place_in_route": ', customers.place_in_route, '}'
    ) AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
