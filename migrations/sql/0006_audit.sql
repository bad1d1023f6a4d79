-- The audit trail: who did what, when, from where and with what result. Rows are only ever added,
-- and each carries a hash over itself and the row before it: whatever is changed, removed or put
-- in between later breaks the chain (gisapp audit verify).
--
-- The hash, so that any other program can verify it:
--
--   hash = SHA-256(previous || text)
--
-- ``previous`` is the hash of the row before, 32 bytes; that of the first row is 32 zero bytes.
-- ``text`` is UTF-8: nine fields one after the other, each written as
--   its length in bytes of UTF-8, in decimal digits, then ":", the field itself, then ","
-- or, where the field is NULL, as "-,". The fields are, in this order,
--   1 id       decimal digits
--   2 at       microseconds since 1970-01-01T00:00:00Z, decimal digits
--   3 account  decimal digits, or NULL
--   4 name     5 address     6 action     7 object     8 result    as they are
--   9 details  as PostgreSQL writes jsonb as text (SELECT details::text)
--
-- So a first row, a refused sign-in of "eva" from 10.0.0.7 at 2100-01-01T00:00:00Z with the details
-- {"attempts": 3}, has the text (one line) and the hash
--   1:1,16:4102444800000000,-,3:eva,8:10.0.0.7,15:sign_in_refused,0:,7:refused,15:{"attempts": 3},
--   4c1171d95ec8c4204ee8fc1c503e3a5f49427aad9ade8fe5bbd280256dd2236c

CREATE TABLE gisapp.audit (
    id bigint PRIMARY KEY,  -- 1, 2, 3 ... without a gap
    at timestamp with time zone NOT NULL,  -- strictly later than the row before
    account bigint,  -- NULL for the command line, the server itself and who is not signed in
    name text COLLATE "C" NOT NULL,  -- the sign-in name as it was then, or as it was typed
    address text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL CHECK (action ~ '^[a-z_]{1,40}$'),
    object text COLLATE "C" NOT NULL,  -- kind:name, such as cameras:C-17, account:eva, query:within
    result text COLLATE "C" NOT NULL CHECK (result IN ('done', 'refused', 'failed')),
    details jsonb NOT NULL CHECK (octet_length(details::text) <= 8192),
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
-- For the page's filters; the newest come first.
CREATE INDEX audit_at ON gisapp.audit (at);
CREATE INDEX audit_account ON gisapp.audit (account, id);
CREATE INDEX audit_name ON gisapp.audit (name, id);
CREATE INDEX audit_action ON gisapp.audit (action, id);
CREATE INDEX audit_object ON gisapp.audit (object, id);
CREATE INDEX audit_not_done ON gisapp.audit (result, id) WHERE result <> 'done';

-- The end of the chain, one row: its lock makes one line of all who append.
CREATE TABLE gisapp.audit_head (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 10);
INSERT INTO gisapp.audit_head (id, at, hash)
VALUES (0, '1970-01-01 00:00:00+00', decode(repeat('00', 32), 'hex'));

-- One field of the text that is hashed.
CREATE FUNCTION gisapp.audit_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-') || ','
$$;

-- The text that is hashed, as said above.
CREATE FUNCTION gisapp.audit_text(entry gisapp.audit) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT gisapp.audit_field(entry.id::text)
        || gisapp.audit_field(trunc(extract(epoch FROM entry.at) * 1000000)::text)
        || gisapp.audit_field(entry.account::text)
        || gisapp.audit_field(entry.name) || gisapp.audit_field(entry.address)
        || gisapp.audit_field(entry.action) || gisapp.audit_field(entry.object)
        || gisapp.audit_field(entry.result) || gisapp.audit_field(entry.details::text)
$$;

-- Put a new row at the end of the chain, whatever it says about its own place there. The head
-- stays locked until the transaction ends: append last, then commit. A clock that went backwards
-- does not lead the times backwards.
CREATE FUNCTION gisapp.chain_audit() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    head gisapp.audit_head;
BEGIN
    SELECT * INTO STRICT head FROM gisapp.audit_head FOR UPDATE;
    NEW.id := head.id + 1;
    NEW.at := greatest(clock_timestamp(), head.at + interval '1 microsecond');
    NEW.previous := head.hash;
    NEW.hash := sha256(head.hash || convert_to(gisapp.audit_text(NEW), 'UTF8'));
    UPDATE gisapp.audit_head SET id = NEW.id, at = NEW.at, hash = NEW.hash;
    RETURN NEW;
END $$;

CREATE FUNCTION gisapp.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only added to: % of %.% is refused',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER chain BEFORE INSERT ON gisapp.audit
    FOR EACH ROW EXECUTE FUNCTION gisapp.chain_audit();
CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON gisapp.audit
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.refuse_audit_change();
CREATE TRIGGER refuse BEFORE DELETE OR TRUNCATE ON gisapp.audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION gisapp.refuse_audit_change();
-- Only appending moves the head.
CREATE TRIGGER refuse_moving BEFORE UPDATE ON gisapp.audit_head
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION gisapp.refuse_audit_change();
-- Also where session_replication_role leaves other triggers out.
ALTER TABLE gisapp.audit ENABLE ALWAYS TRIGGER chain;
ALTER TABLE gisapp.audit ENABLE ALWAYS TRIGGER refuse;
ALTER TABLE gisapp.audit_head ENABLE ALWAYS TRIGGER refuse;
ALTER TABLE gisapp.audit_head ENABLE ALWAYS TRIGGER refuse_moving;

-- Append one row to the trail and return its id. Call it at the end of the transaction that does
-- what the row tells of, so that both happen or neither. Too long texts are cut.
CREATE FUNCTION gisapp.audit_append(
    account bigint, name text, address text, action text, object text, result text,
    details jsonb DEFAULT '{}'
) RETURNS bigint
LANGUAGE sql AS $$
    INSERT INTO gisapp.audit (account, name, address, action, object, result, details)
    VALUES (audit_append.account, left(audit_append.name, 200), left(audit_append.address, 100),
        audit_append.action, left(audit_append.object, 400), audit_append.result,
        audit_append.details)
    RETURNING id
$$;
