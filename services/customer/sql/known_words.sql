-- The known words that may have been meant, with the number of customers that have them: the word itself, words it is
-- the beginning of, words one slip away, and for longer words those that share many trigrams with it.
-- $1 words as typed, $2 and $3 pairs of a word and what it becomes by one slip, $4 the length of initials.
WITH meant AS (
    SELECT typed, typed AS word FROM unnest($1::text[]) AS typed
    UNION
    SELECT typed, longer.word FROM unnest($1::text[]) AS typed, LATERAL (
        SELECT word FROM vocabulary
        WHERE word >= typed AND word < typed || '~' AND length(typed) > $4
        ORDER BY in_names + in_addresses DESC LIMIT 20
    ) AS longer
    UNION
    SELECT typed, slip FROM unnest($2::text[], $3::text[]) AS slips (typed, slip)
    UNION
    SELECT typed, alike.word FROM unnest($1::text[]) AS typed, LATERAL (
        SELECT word FROM vocabulary WHERE word % typed AND length(typed) > 4
        ORDER BY similarity(word, typed) DESC LIMIT 20
    ) AS alike
)
SELECT typed, word, in_names, in_addresses FROM meant JOIN vocabulary USING (word) WHERE in_names + in_addresses > 0
