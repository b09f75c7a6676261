-- Who could act when (shared/db/sql/0005_pre_money_history.sql). A device's row counts its print jobs, too: that is not
-- kept here.
SELECT begin_money_history(
    'devices', 'device_id', digested => '{token_hash}',
    only_columns => '{role,collector_code,collection_point_code,token_hash,code_id,enrolled_at,revoked_at,revoked_by}');
SELECT begin_money_history('enrolment_codes', 'code_id', digested => '{code_hash}');
