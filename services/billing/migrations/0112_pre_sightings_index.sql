-- Whether a source has told of a credit, by one index: of two, the database reads all of the source's where it does not know yet how
-- many there are.
CREATE INDEX credit_sightings_by_credit ON credit_sightings (credit_id, source);
DROP INDEX credit_sightings_of_credit;
