-- Imports: what was uploaded, what was found in it, what was decided, and what came of it.
--
-- The files lie in the folder of uploads under the import's number. The rows that an import proposes,
-- and what is wrong with rows, lie in unlogged tables of their own in gisapp_imports, named after
-- the import and the round of its check; when they are lost, the import is checked again.

CREATE SCHEMA gisapp_imports;

-- ``account`` owns the import; none: the command line. ``round`` rises with every change of what was
-- decided; what a check found is of the round ``checked``. ``state`` is what was begun last; whether
-- it goes on is told by ``job``. ``areas`` are those that the checker saw (NULL: all), ``hidden``
-- the layers that were hidden: what was found is shown to nobody who sees less.
CREATE TABLE gisapp.imports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint,
    account_name text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    files jsonb NOT NULL,      -- [{name, bytes, sha256}]
    options jsonb NOT NULL DEFAULT '{}',  -- encoding, source_layer, header_row as overruled
    sender text NOT NULL DEFAULT '' CHECK (length(sender) <= 100),
    source jsonb NOT NULL DEFAULT '{}',  -- name, attribution, licence of the rows' source
    layer text NOT NULL DEFAULT '',      -- empty: not chosen, the check guesses one
    chosen text NOT NULL DEFAULT '',     -- which table of the files; empty: the check chooses
    plan jsonb,                          -- as decided; NULL: as proposed
    round integer NOT NULL DEFAULT 1,
    state text NOT NULL DEFAULT 'checking'
        CHECK (state IN ('checking', 'checked', 'applying', 'applied', 'undoing')),
    job bigint,
    checked integer NOT NULL DEFAULT 0,
    outcome jsonb,             -- what the check found, see gisapp/imports/outcome.py
    areas text[],
    hidden text[] NOT NULL DEFAULT '{}',
    areas_revision bigint,     -- of the layer areas when it was checked
    stale boolean NOT NULL DEFAULT false,  -- rows were changed since the check
    change_id bigint           -- the change that applied it
);
CREATE INDEX imports_account ON gisapp.imports (account, id);
CREATE INDEX imports_expires ON gisapp.imports (expires_at);

-- What was decided for files of one sender with the same columns, offered the next time. Those
-- without a sender's name are of one account.
CREATE TABLE gisapp.import_profiles (
    account bigint NOT NULL,   -- 0: of everybody who names the sender
    sender text NOT NULL,
    layer text NOT NULL,
    signature text NOT NULL,   -- of the columns' names
    plan jsonb NOT NULL,
    used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account, sender, signature, layer)
);
