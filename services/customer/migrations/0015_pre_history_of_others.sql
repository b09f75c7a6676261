-- What others than customer do to whose customers are whose, and to where these stand (shared/db/sql/0007_pre_history_of_others.sql).
SELECT begin_history_of_others('units', 'unit_code');
SELECT begin_history_of_others('routes', 'route_code');
SELECT begin_history_of_others('customers', 'customer_code',
    '{name,address,address_old,phone,imported_phone,tax_code,name_key,name_bag,address_key,name_terms,all_terms}');
SELECT begin_history_of_others('meters', 'meter_number');
SELECT begin_history_of_others('standings', 'customer_code');
SELECT begin_history_of_others('announcements', 'customer_code');
SELECT begin_history_of_others('reading_complaints', 'complaint_id', '{note}');
SELECT begin_history_of_others('complaint_settlements', 'complaint_id', '{note}');
