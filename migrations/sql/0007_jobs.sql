-- Durable jobs.
SELECT 1;
