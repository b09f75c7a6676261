-- An event that somebody else writes into an outbox would be sent as the service's own; one that is changed or deleted there is
-- sent otherwise, or never. The service's role pays a comparison of two names for each row.
SELECT begin_history_of_others('outbox', 'message_id', '{body}');
