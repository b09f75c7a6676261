-- What others than notify do to reminders, to the attempts to send them, and to what people do not want to get
-- (shared/db/sql/0007_pre_history_of_others.sql). Of phone numbers and of what was sent, digests are kept.
SELECT begin_history_of_others('opt_outs', 'phone', '{phone,note}');
SELECT begin_history_of_others('blocked_phones', 'phone', '{phone}');
SELECT begin_history_of_others('reminders', 'reminder_id', '{phone,parameters,text}');
SELECT begin_history_of_others('attempts', 'reminder_id', '{phone,text}');
