-- The second count of a shift and the decision over its difference are matters of money, too
-- (shared/db/sql/0005_pre_money_history.sql).
SELECT begin_money_history('shift_confirmations', 'shift_id', digested => '{denominations}');
SELECT begin_money_history('shift_decisions', 'shift_id');
