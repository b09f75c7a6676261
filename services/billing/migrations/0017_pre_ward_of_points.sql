-- The ward of today, where the list of collection points has it in a column of its own.
ALTER TABLE collection_points ADD COLUMN ward text;
