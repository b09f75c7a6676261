-- Metered periods and their readings are to lie in partitions by the month that they are billed for (ADR 68). The month of a partition is
-- counted from the year 0 (year * 12 + month); 0 is what lies in none: rows of versions before, whose copies go on adding such rows, and
-- what is stored of a month that has no partition. Nothing is written anew: all rows that are there are of month 0.
SELECT lock_shortly('metered_periods');
ALTER TABLE metered_periods ADD COLUMN partition_month integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT of_no_month CHECK (partition_month = 0) NOT VALID,
    ADD CONSTRAINT in_its_month CHECK (partition_month = 0 OR partition_month = year * 12 + month) NOT VALID;
SELECT lock_shortly('readings');
ALTER TABLE readings ADD COLUMN partition_month integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT of_no_month CHECK (partition_month = 0) NOT VALID;
