-- The history of every layer.
SELECT 1;
