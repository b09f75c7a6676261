-- What others than the receipt service do to the register and to its witness (shared/db/sql/0007_pre_history_of_others.sql).
CREATE TRIGGER history_of_others AFTER INSERT ON receipt FOR EACH ROW
    WHEN (session_user <> current_database() AND is_other_role()) EXECUTE FUNCTION write_money_history('receipt_id', 'content', 'token');
SELECT begin_history_of_others('series', 'series');
SELECT begin_history_of_others('receipt_print', 'receipt_id');
SELECT begin_history_of_others('log_epoch', 'epoch');
SELECT begin_history_of_others('log_edge', 'epoch');
SELECT begin_history_of_others('log_segment', 'first_position');
SELECT begin_history_of_others('checkpoint', 'checkpoint_id');
SELECT begin_history_of_others('checkpoint_delivery', 'place');
SELECT begin_history_of_others('series_gap', 'series');
SELECT begin_history_of_others('recovered_receipt', 'lookup_code', '{token}');
