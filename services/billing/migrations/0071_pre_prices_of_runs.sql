-- By which prices a run's drafts were computed: the digest of all tariffs, 'several' where its parts differ. NULL: by a version before.
ALTER TABLE bill_runs ADD COLUMN tariffs text;
