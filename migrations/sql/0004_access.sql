-- Accounts, sessions and tokens.
SELECT 1;
