-- A reference of a bank is one piece of money with or without separators: FT-26331.001 is FT26331001 (ADR 38). References of
-- other partners are numbers of their own kind: there a separator between two digits counts, because 1-23 is not 12-3.
CREATE FUNCTION reference_key(method text, reference text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN method = 'transfer'
        THEN regexp_replace(reference_key(reference), '[-_./:]+', '', 'g')
        ELSE regexp_replace(regexp_replace(reference_key(reference), '[-_./:]+', '-', 'g'),
            '(?<![0-9])-|-(?![0-9])', '', 'g')
    END;

-- Standing payments whose reference another one had before this rule stay outside of the index, as they are: no row of money is
-- changed, and the audit names them.
DO $$
DECLARE
    repeated uuid[];
    found record;
BEGIN
    SELECT coalesce(array_agg(payment_id), '{}') INTO repeated FROM (
        SELECT payment_id, row_number() OVER (
            PARTITION BY method, coalesce(collection_point_code, ''), reference_key(method, reference) ORDER BY sequence
        ) AS place
        FROM payments WHERE reference <> '' AND reversed_at IS NULL AND NOT repeats_reference
    ) AS counted
    WHERE place > 1;
    FOR found IN SELECT payment_id, reference FROM payments WHERE payment_id = ANY (repeated) ORDER BY sequence LOOP
        RAISE WARNING 'payment % has the reference % of another payment', found.payment_id, found.reference;
    END LOOP;
    EXECUTE format($index$
        CREATE UNIQUE INDEX payments_one_reference
            ON payments (method, coalesce(collection_point_code, ''), reference_key(method, reference))
            WHERE reference <> '' AND reversed_at IS NULL AND NOT repeats_reference AND payment_id <> ALL (%L::uuid[])
    $index$, repeated);
END $$;

-- What finds the payment of a reference, also one outside of that index.
CREATE INDEX payments_by_reference ON payments (reference_key(method, reference)) WHERE reference <> '';
