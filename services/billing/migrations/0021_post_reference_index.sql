-- payments_one_reference is stricter; copies of an earlier version, which looked references up by this one, are gone.
DROP INDEX payments_reference_once;
