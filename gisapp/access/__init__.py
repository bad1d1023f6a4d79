"""Who may see what: scope now; accounts and audit join it."""
