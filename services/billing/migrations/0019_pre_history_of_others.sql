-- What others than billing do to what decides bills and to what is owed (shared/db/sql/0007_pre_history_of_others.sql).
SELECT begin_history_of_others('accounts', 'customer_code');
SELECT begin_history_of_others('customers', 'customer_code', '{collector_name,facts}');
SELECT begin_history_of_others('collectors', 'collector_code', '{name}');
SELECT begin_history_of_others('collection_points', 'collection_point_code', '{phone}');
SELECT begin_history_of_others('metered_periods', 'period_id');
