-- What the phones of a collector were last told to read afresh for: an import names many of the customers of a route in
-- several messages, and one refresh is enough.

ALTER TABLE feeds ADD COLUMN refreshed_for uuid;
