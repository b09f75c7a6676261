-- Which trace a paper belongs to (W3C trace context of the document.ready that queued it), while tracing is on.
ALTER TABLE print_jobs ADD COLUMN traceparent text;
