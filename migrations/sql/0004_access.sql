-- Accounts, sessions and tokens: who may ask, and for which areas.

-- One number that grows with every change of accounts, areas, tokens and with every session that
-- ends. Servers keep what they know of a caller under it and read it before every answer, so that
-- a right taken away is gone in the next answer.
CREATE TABLE gisapp.access_state (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    revision bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO gisapp.access_state (revision) VALUES (1);

CREATE FUNCTION gisapp.raise_access_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gisapp.access_state SET revision = revision + 1;
    RETURN NULL;
END $$;

-- An account is a sign-in name with a role; nothing else is known about whoever uses it.
CREATE TABLE gisapp.accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z][a-z0-9._-]{1,31}$'),
    role text NOT NULL CHECK (role IN ('viewer', 'inspector', 'planner', 'leader', 'administrator')),
    everywhere boolean NOT NULL DEFAULT false,  -- sees rows of all areas and of none
    password text NOT NULL DEFAULT '',          -- argon2id in PHC form; empty: no sign-in by password
    former_passwords text[] NOT NULL DEFAULT '{}',
    must_change boolean NOT NULL DEFAULT false, -- the password was set by somebody else
    factor bytea,                               -- the second factor's secret, encrypted
    factor_wanted bytea,                        -- a secret that no code has confirmed yet
    factor_step bigint NOT NULL DEFAULT 0,      -- the last time step whose code was used
    subject bytea UNIQUE,                       -- SHA-256 of issuer and subject of OpenID Connect
    signed_in_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    password_at timestamp with time zone,
    removed_at timestamp with time zone         -- kept for history and audit, never signs in again
);
CREATE UNIQUE INDEX accounts_name ON gisapp.accounts (name) WHERE removed_at IS NULL;

-- The areas whose rows an account sees: district 6, town 9 or village 12 digits.
CREATE TABLE gisapp.account_areas (
    account bigint NOT NULL REFERENCES gisapp.accounts,
    area_code text COLLATE "C" NOT NULL CHECK (area_code ~ '^([0-9]{6}|[0-9]{9}|[0-9]{12})$'),
    PRIMARY KEY (account, area_code)
);

-- Only digests of what a browser or a program holds: who reads the table cannot sign in by it.
CREATE TABLE gisapp.sessions (
    digest bytea PRIMARY KEY,                   -- SHA-256 of the cookie
    account bigint NOT NULL REFERENCES gisapp.accounts,
    proof text NOT NULL,                        -- what forms repeat, against forged requests
    started_at timestamp with time zone NOT NULL DEFAULT now(),
    seen_at timestamp with time zone NOT NULL DEFAULT now(),
    ends_at timestamp with time zone NOT NULL,  -- whatever happens
    address text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_account ON gisapp.sessions (account);
CREATE INDEX sessions_ends_at ON gisapp.sessions (ends_at);

-- A sign-in that has begun: the password was right and a code is awaited, or the browser was led
-- to an OpenID provider. It opens nothing; the browser holds the cookie, we hold the rest.
CREATE TABLE gisapp.sign_in_steps (
    digest bytea PRIMARY KEY,                   -- SHA-256 of the cookie
    account bigint REFERENCES gisapp.accounts,  -- null: the provider will say
    onward text NOT NULL,                       -- where the browser wanted to go
    state text NOT NULL DEFAULT '',             -- of the provider: what must come back,
    nonce text NOT NULL DEFAULT '',             -- what its answer must repeat,
    verifier text NOT NULL DEFAULT '',          -- and what only we know (PKCE)
    ends_at timestamp with time zone NOT NULL
);
CREATE INDEX sign_in_steps_account ON gisapp.sign_in_steps (account);
CREATE INDEX sign_in_steps_ends_at ON gisapp.sign_in_steps (ends_at);

-- What stands in for the second factor when the device is lost: each works once.
CREATE TABLE gisapp.recovery_codes (
    account bigint NOT NULL REFERENCES gisapp.accounts,
    digest bytea NOT NULL,                      -- SHA-256 of the code, which has 80 random bits
    PRIMARY KEY (account, digest)
);

-- Personal access tokens, for programs such as QGIS.
CREATE TABLE gisapp.tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint NOT NULL REFERENCES gisapp.accounts,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    digest bytea NOT NULL UNIQUE,               -- SHA-256 of the token
    writes boolean NOT NULL DEFAULT false,      -- may change rows where its account may
    areas text[] COLLATE "C" NOT NULL DEFAULT '{}',  -- further limits the account's; empty: it does not
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE INDEX tokens_account ON gisapp.tokens (account);

-- Failed sign-ins by name and by address, known or not: what is guessed at waits.
CREATE TABLE gisapp.sign_in_failures (
    subject text COLLATE "C" PRIMARY KEY,       -- "name x" or "address y"
    failures integer NOT NULL,
    last_at timestamp with time zone NOT NULL,
    free_at timestamp with time zone NOT NULL
);

CREATE TRIGGER raise_access AFTER INSERT OR DELETE OR UPDATE OF role, everywhere, password,
    must_change, factor, removed_at ON gisapp.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.raise_access_revision();
CREATE TRIGGER raise_access AFTER INSERT OR DELETE OR UPDATE ON gisapp.account_areas
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.raise_access_revision();
CREATE TRIGGER raise_access AFTER DELETE OR UPDATE OF ends_at ON gisapp.sessions
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.raise_access_revision();
CREATE TRIGGER raise_access AFTER DELETE OR UPDATE OF expires_at, revoked_at ON gisapp.tokens
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.raise_access_revision();
