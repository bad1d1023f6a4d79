-- News of changes.
SELECT 1;
