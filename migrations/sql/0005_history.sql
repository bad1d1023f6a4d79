-- The history of every layer: each version of each row, with who made it, when and why.
--
-- A layer's table holds the current versions; gisapp_history holds, in a table of the same name,
-- those that were superseded: the layer's columns, the period in which the version was current
-- and the change that ended it. So adding rows costs nothing, and the present is read as ever.

-- One row for each transaction that changes rows. Accounts are named as they were then: a row
-- outlives its account, so there is no reference to one.
CREATE TABLE gisapp.changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
    account bigint,  -- none: the command line or the server itself
    name text NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('edit', 'bulk', 'import', 'undo', 'restore', 'job', 'system')),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000),
    undoes bigint REFERENCES gisapp.changes
);
CREATE INDEX changes_account ON gisapp.changes (account, id);
CREATE INDEX changes_undoes ON gisapp.changes (undoes) WHERE undoes IS NOT NULL;

-- The change of this transaction, none before it is begun. (Plain SQL, so that as a column's
-- default it costs next to nothing.)
CREATE FUNCTION gisapp.current_change() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('gisapp.change', true), '')::bigint
$$;

-- The moment of this transaction for a layer: that of all row versions it makes there.
CREATE FUNCTION gisapp.moment_of(layer text) RETURNS timestamp with time zone
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        nullif(current_setting('gisapp_moment.' || layer, true), '')::timestamptz, now())
$$;

-- Say who changes rows in this transaction, how and why; returns the change's number. Once in a
-- transaction, and before its first change.
CREATE FUNCTION gisapp.begin_change(
    account bigint, name text, kind text, reason text, undoes bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    begun bigint;
BEGIN
    IF gisapp.current_change() IS NOT NULL THEN
        RAISE EXCEPTION 'this transaction has begun its change'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO gisapp.changes (account, name, kind, reason, undoes)
    VALUES (begin_change.account, begin_change.name, begin_change.kind, begin_change.reason,
        begin_change.undoes)
    RETURNING id INTO begun;
    PERFORM set_config('gisapp.change', begun::text, true);
    RETURN begun;
END $$;

-- When the layer was last changed: the next moment is later, also when a clock goes backwards.
ALTER TABLE gisapp.layer_revisions
    ADD COLUMN changed_at timestamp with time zone NOT NULL DEFAULT clock_timestamp();

-- Before every change of a layer: raises its revision and, with the transaction's first, finds
-- its moment. All layers of a transaction share one unless another's change lies in between.
CREATE OR REPLACE FUNCTION gisapp.raise_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    kept text := 'gisapp_moment.' || TG_TABLE_NAME;
    moment timestamp with time zone;
BEGIN
    -- Locks the layer's row until commit: writers of one layer follow one another.
    UPDATE gisapp.layer_revisions SET revision = revision + 1 WHERE layer = TG_TABLE_NAME;
    IF coalesce(current_setting(kept, true), '') <> '' THEN
        RETURN NULL;
    END IF;
    IF gisapp.current_change() IS NULL THEN
        PERFORM gisapp.begin_change(NULL, session_user::text, 'system', '');
    END IF;
    moment := nullif(current_setting('gisapp.moment', true), '');
    IF moment IS NULL THEN
        moment := clock_timestamp();
        UPDATE gisapp.changes SET at = moment WHERE id = gisapp.current_change();
        PERFORM set_config('gisapp.moment', moment::text, true);
    END IF;
    UPDATE gisapp.layer_revisions
    SET changed_at = greatest(moment, changed_at + interval '1 microsecond')
    WHERE layer = TG_TABLE_NAME RETURNING changed_at INTO moment;
    PERFORM set_config(kept, moment::text, true);
    RETURN NULL;
END $$;

-- As in 0001_foundation.sql, with the version's change and moment.
CREATE OR REPLACE FUNCTION gisapp.stamp_row() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := gisapp.moment_of(TG_TABLE_NAME);
    NEW.change_id := gisapp.current_change();
    IF TG_OP = 'INSERT' THEN
        NEW.row_version := 1;
        NEW.created_at := NEW.updated_at;
        IF NEW.area_code IS NULL THEN
            NEW.area_code := gisapp.area_code_at(NEW.geom);
        ELSIF NEW.area_code = '' THEN  -- the loader knows: outside every area
            NEW.area_code := NULL;
        END IF;
    ELSE
        NEW.row_version := OLD.row_version + 1;
        NEW.created_at := OLD.created_at;
        IF NOT NEW.geom = OLD.geom OR NOT ST_OrderingEquals(NEW.geom, OLD.geom) THEN
            NEW.area_code := gisapp.area_code_at(NEW.geom);
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION gisapp.stamp_area() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.area_code := split_part(NEW.code, '@', 1);
    NEW.updated_at := gisapp.moment_of(TG_TABLE_NAME);
    NEW.change_id := gisapp.current_change();
    IF TG_OP = 'UPDATE' THEN
        NEW.row_version := OLD.row_version + 1;
        NEW.created_at := OLD.created_at;
    ELSE
        NEW.row_version := 1;
        NEW.created_at := NEW.updated_at;
    END IF;
    RETURN NEW;
END $$;

CREATE SCHEMA gisapp_history;

-- Statement trigger of every layer: keeps the versions that a change ends. Those made by the
-- same transaction were never seen and are not kept.
CREATE FUNCTION gisapp.keep_versions() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    columns text := (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped
    );
    ended text := CASE TG_OP WHEN 'TRUNCATE' THEN format('gisapp.%I', TG_TABLE_NAME)
        ELSE 'former' END;
BEGIN
    EXECUTE format(
        'INSERT INTO gisapp_history.%1$I (%2$s, period, ended_by)'
        ' SELECT %2$s, tstzrange(updated_at, $1), $2 FROM %3$s WHERE updated_at < $1',
        TG_TABLE_NAME, columns, ended)
    USING gisapp.moment_of(TG_TABLE_NAME), gisapp.current_change();
    RETURN NULL;
END $$;

-- Attach history to a layer that gisapp.keep has seen and whose indexes are made: called once for
-- each by the migration that makes it.
CREATE FUNCTION gisapp.keep_history(layer text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    made text;
    stamp text := CASE keep_history.layer WHEN 'areas' THEN 'stamp_area' ELSE 'stamp_row' END;
BEGIN
    EXECUTE format(
        'ALTER TABLE gisapp.%1$I'
        ' ADD COLUMN change_id bigint NOT NULL DEFAULT gisapp.current_change(),'
        ' ALTER COLUMN created_at SET DEFAULT gisapp.moment_of(%1$L),'
        ' ALTER COLUMN updated_at SET DEFAULT gisapp.moment_of(%1$L)', layer);
    EXECUTE format('CREATE INDEX %I ON gisapp.%I (change_id)', layer || '_change', layer);
    -- Which rows are as they were then: those that are not need not be looked at, in key order
    -- either.
    EXECUTE format('CREATE INDEX %I ON gisapp.%I (updated_at)', layer || '_updated', layer);
    EXECUTE format('CREATE INDEX %I ON gisapp.%I (id, updated_at)', layer || '_then', layer);
    EXECUTE format(
        'CREATE TABLE gisapp_history.%1$I ('
        ' LIKE gisapp.%1$I, period tstzrange NOT NULL, ended_by bigint NOT NULL)', layer);
    -- The layer's own indexes, none unique, and those on shapes with the period.
    FOR made IN
        SELECT pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = format('gisapp.%I', layer)::regclass
    LOOP
        made := replace(made, ' ON gisapp.', ' ON gisapp_history.');
        made := replace(made, 'CREATE UNIQUE INDEX', 'CREATE INDEX');
        EXECUTE regexp_replace(made, 'gist \((geom|geom_web)\)', 'gist (\1, period)');
    END LOOP;
    EXECUTE format('CREATE INDEX %I ON gisapp_history.%I (ended_by)', layer || '_ended', layer);
    EXECUTE format('CREATE INDEX %I ON gisapp_history.%I (upper(period))', layer || '_until', layer);
    EXECUTE format(
        'CREATE TRIGGER keep_versions_update AFTER UPDATE ON gisapp.%I'
        ' REFERENCING OLD TABLE AS former'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_versions()', layer);
    EXECUTE format(
        'CREATE TRIGGER keep_versions_delete AFTER DELETE ON gisapp.%I'
        ' REFERENCING OLD TABLE AS former'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_versions()', layer);
    -- Triggers run in the order of their names: after raise_revision, which finds the moment.
    EXECUTE format(
        'CREATE TRIGGER rescue_truncated BEFORE TRUNCATE ON gisapp.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_versions()', layer);
    -- A new row that has its area code and brings nothing that is not its to say passes unseen.
    EXECUTE format('DROP TRIGGER stamp_new ON gisapp.%I', layer);
    EXECUTE format(
        'CREATE TRIGGER stamp_new BEFORE INSERT ON gisapp.%I'
        ' FOR EACH ROW %s EXECUTE FUNCTION gisapp.%I()',
        layer,
        CASE layer WHEN 'areas' THEN '' ELSE format(
            'WHEN (coalesce(NEW.area_code, '''') = '''' OR NEW.row_version IS DISTINCT FROM 1'
            ' OR NEW.created_at IS DISTINCT FROM gisapp.moment_of(%1$L)'
            ' OR NEW.updated_at IS DISTINCT FROM gisapp.moment_of(%1$L)'
            ' OR NEW.change_id IS DISTINCT FROM gisapp.current_change())', layer) END,
        stamp);
    -- Rows of before: no version may end before it began.
    EXECUTE format(
        'UPDATE gisapp.layer_revisions AS held SET changed_at = greatest(changed_at,'
        ' (SELECT max(updated_at) FROM gisapp.%1$I)) WHERE held.layer = %1$L', layer);
END $$;

-- As in 0001_foundation.sql, with the history, whose shapes are a record too.
CREATE OR REPLACE FUNCTION gisapp.use_metric_crs(srid integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    held record;
    filled boolean;
BEGIN
    IF srid::text = (SELECT value FROM gisapp.deployment WHERE key = 'metric_srid') THEN
        RETURN;
    END IF;
    FOR held IN
        SELECT f_table_name AS name, type FROM geometry_columns
        WHERE f_table_schema = 'gisapp' AND f_geometry_column = 'geom'
    LOOP
        EXECUTE format(
            'SELECT EXISTS (SELECT FROM gisapp.%1$I) OR EXISTS (SELECT FROM gisapp_history.%1$I)',
            held.name) INTO filled;
        IF filled THEN
            RAISE EXCEPTION 'layer % has or had rows; the metric CRS is fixed', held.name
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        EXECUTE format('ALTER TABLE gisapp.%I DROP COLUMN geom_web', held.name);
        EXECUTE format('ALTER TABLE gisapp.%I ALTER COLUMN geom TYPE geometry(%s, %s)'
            ' USING ST_SetSRID(geom, %s)', held.name, held.type, srid, srid);
        EXECUTE format('ALTER TABLE gisapp.%I ADD COLUMN geom_web geometry(%s, 3857)'
            ' GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED', held.name, held.type);
        EXECUTE format('CREATE INDEX %I ON gisapp.%I USING gist (geom_web)',
            held.name || '_geom_web', held.name);
        EXECUTE format('ALTER TABLE gisapp_history.%I ALTER COLUMN geom TYPE geometry(%s, %s)'
            ' USING ST_SetSRID(geom, %s)', held.name, held.type, srid, srid);
    END LOOP;
    UPDATE gisapp.deployment SET value = srid::text WHERE key = 'metric_srid';
END $$;

-- The rows that are here already were made by nobody knows whom: a change of the system says so.
-- What was before this moment is not known.
SELECT gisapp.begin_change(NULL, 'gisapp', 'system', '历史自此保留 · History is kept from here on');
INSERT INTO gisapp.deployment
SELECT 'history_since', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM gisapp.changes;
SELECT gisapp.keep_history(layer) FROM (SELECT layer FROM gisapp.layer_revisions OFFSET 0) AS held;
