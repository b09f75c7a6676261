-- A provider may have no way to a customer, or take nothing for one now: neither says that the number is wrong.
ALTER TABLE attempts DROP CONSTRAINT attempts_outcome_check, ADD CONSTRAINT attempts_outcome_check CHECK (outcome IN (
    'accepted', 'rejected_number', 'rejected_template', 'rejected_provider', 'throttled', 'unreachable', 'closed',
    'not_sent', 'unknown'));
