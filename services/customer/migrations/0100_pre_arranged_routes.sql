-- The office arranges routes: what it has arranged outlives the next import of the old list, as a corrected phone number does.
-- What the last list said of a customer whom the office has put elsewhere since; NULL for all others.
ALTER TABLE customers
    ADD COLUMN listed_route_code text COLLATE "C",
    ADD COLUMN listed_place integer,
    ADD CONSTRAINT customers_listed CHECK ((listed_route_code IS NULL) = (listed_place IS NULL));
