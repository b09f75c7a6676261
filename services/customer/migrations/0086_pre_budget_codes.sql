-- The code of customers who are units of the state budget (mã đơn vị có quan hệ với ngân sách), which stands on their invoices.
ALTER TABLE customers ADD COLUMN budget_code text CHECK (budget_code ~ '^[0-9]{7}$');

-- Whoever has none has the facts that were: nobody is announced again for that.
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
        'sms_language', customers.sms_language, 'ward', customers.ward, 'address_old', customers.address_old,
        'budget_code', customers.budget_code
    )) || CASE WHEN customers.protected THEN jsonb_build_object('protected', true) ELSE '{}'::jsonb END AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;

-- The same as text, to the letter.
CREATE OR REPLACE VIEW customer_facts_as_text AS
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
        ', "budget_code": ' || to_json(customers.budget_code)::text,
        ', "price_group": ', to_json(customers.price_group),
        ', "sms_language": ' || to_json(customers.sms_language)::text,
        ', "customer_code": ', to_json(customers.customer_code),
        ', "place_in_route": ', customers.place_in_route, '}'
    ) AS facts
FROM customers
JOIN units ON units.unit_code = customers.unit_code
JOIN routes ON routes.route_code = customers.route_code
JOIN collectors ON collectors.collector_code = routes.collector_code;
