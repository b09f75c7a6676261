-- Every copy finds documents apart now. Those of jobs that were queued before stay in the rows of the jobs.
CREATE OR REPLACE FUNCTION documents_lie_apart() RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
