-- A reference of a bank or a partner is one piece of money, whoever's account it was posted to and however it was
-- typed: capitals, width, spaces, marks that cannot be seen and kinds of dashes do not count. Other signs do: a partner may
-- have both 1-23 and 12-3.
CREATE FUNCTION reference_key(reference text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN upper(regexp_replace(regexp_replace(normalize(reference, NFKC),
        '[\s\u00AD\u200B-\u200F\u2060\uFEFF]+', '', 'g'), '[\u2010-\u2015\u2212]', '-', 'g') COLLATE "C");

-- Standing payments whose reference another one had before this rule: they stay as they are, and the audit names them.
ALTER TABLE payments ADD COLUMN repeats_reference boolean NOT NULL DEFAULT false;
UPDATE payments SET repeats_reference = true
FROM (
    SELECT payment_id, row_number() OVER (
        PARTITION BY method, coalesce(collection_point_code, ''), reference_key(reference) ORDER BY sequence
    ) AS place
    FROM payments WHERE reference <> '' AND reversed_at IS NULL
) AS counted
WHERE payments.payment_id = counted.payment_id AND place > 1;

CREATE UNIQUE INDEX payments_reference_once
    ON payments (method, coalesce(collection_point_code, ''), reference_key(reference))
    WHERE reference <> '' AND reversed_at IS NULL AND NOT repeats_reference;
