-- Customers who wanted to be forgotten, for as long as events from before may still come: what these bring back is removed again.
CREATE TABLE erased_people (
    customer_code text PRIMARY KEY,
    erased_at timestamptz NOT NULL
);

-- Messages whose number and text are removed once they are old are found by their age.
CREATE INDEX reminders_with_text ON reminders (issued_at) WHERE phone IS NOT NULL OR text <> '';

-- What others than notify do to rows that notify may empty now (shared/db/sql/0007_pre_history_of_others.sql).
SELECT begin_history_of_others('erased_people', 'customer_code');
SELECT begin_history_of_others('cut_order_reports', 'report_id', '{note}');
SELECT begin_history_of_others('warning_deliveries', 'delivery_id', '{note}');
SELECT begin_history_of_others('recorded_answers', 'request_id', '{answer}');
SELECT begin_history_of_others('acts', 'act_id', '{subject,facts}');
