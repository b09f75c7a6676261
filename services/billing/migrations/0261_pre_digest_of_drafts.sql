-- The digest of a bill's details is computed with the draft, and no longer while the accounts are locked. Drafts of a version before have none.
ALTER TABLE draft_bills ADD COLUMN details_digest bytea;
