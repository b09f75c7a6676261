-- Receipts that were taken in again make a token genuine (shared/db/sql/0005_pre_money_history.sql).
SELECT begin_money_history('recovered_receipt', 'lookup_code', digested => '{token}');
