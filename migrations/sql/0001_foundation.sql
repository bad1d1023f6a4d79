-- The foundation that every layer's table stands on.

CREATE SCHEMA gisapp;

-- Facts of this deployment, such as the metric CRS.
CREATE TABLE gisapp.deployment (
    key text PRIMARY KEY,
    value text NOT NULL
);
INSERT INTO gisapp.deployment VALUES ('metric_srid', '4548');

-- Where rows came from: the attribution that maps and exports must show.
CREATE TABLE gisapp.sources (
    name text PRIMARY KEY,
    attribution text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT '',
    generated boolean NOT NULL DEFAULT false,  -- made by the demonstration, not real
    loaded_at timestamp with time zone NOT NULL DEFAULT now()
);

-- A number that grows with every change of a layer. It is raised inside the changing
-- transaction, so a reader never sees new rows under an old number or the other way round
-- once it reads the number first.
CREATE TABLE gisapp.layer_revisions (
    layer text PRIMARY KEY,
    revision bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 10);

CREATE FUNCTION gisapp.raise_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    -- Locks the layer's row until commit: writers of one layer follow one another.
    UPDATE gisapp.layer_revisions SET revision = revision + 1 WHERE layer = TG_TABLE_NAME;
    RETURN NULL;
END $$;

-- Substring search in Chinese needs terms shorter than the three letters of pg_trgm: all pairs of
-- neighbours, blanks left out, and the first character of every word; as numbers, which an index
-- compares faster than text. Different pairs may share a number: whoever asks compares the text.
-- (A loop, because it is run for every row written: one query over generate_series took 18 times
-- as long.)
CREATE FUNCTION gisapp.bigrams(words text) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    sign text;
    letter integer;
    before integer := 0;  -- nothing: the term of a single character is its number
    terms integer[] := '{}';
    held integer := 0;
    fresh boolean := false;
BEGIN
    FOREACH sign IN ARRAY string_to_array(regexp_replace(words, '\s+', ' ', 'g'), NULL) LOOP
        letter := ascii(sign);
        IF sign = ' ' THEN
            fresh := true;
            CONTINUE;
        END IF;
        held := held + 1;
        terms[held] := before << 15 # letter;
        before := letter;
        IF fresh THEN
            held := held + 1;
            terms[held] := letter;
            fresh := false;
        END IF;
    END LOOP;
    RETURN terms;
END $$;

-- The 12-digit code of the smallest known area that covers a geometry's inner point.
CREATE FUNCTION gisapp.area_code_at(place geometry) RETURNS text
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    RETURN (
        SELECT area.area_code
        FROM gisapp.areas AS area
        WHERE area.valid_to IS NULL AND public.ST_Covers(area.geom, public.ST_PointOnSurface(place))
        ORDER BY array_position(ARRAY['village', 'town', 'district'], area.level), area.code
        LIMIT 1
    );
END $$;

-- System columns are the database's own work, whoever writes. A loader that has found the
-- area codes of many rows at once hands them in; a moved row gets a new one.
CREATE FUNCTION gisapp.stamp_row() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.row_version := 1;
        IF NEW.area_code IS NULL THEN
            NEW.area_code := gisapp.area_code_at(NEW.geom);
        ELSIF NEW.area_code = '' THEN  -- the loader knows: outside every area
            NEW.area_code := NULL;
        END IF;
    ELSE
        NEW.row_version := OLD.row_version + 1;
        NEW.created_at := OLD.created_at;
        NEW.updated_at := now();
        IF NOT NEW.geom = OLD.geom OR NOT ST_OrderingEquals(NEW.geom, OLD.geom) THEN
            NEW.area_code := gisapp.area_code_at(NEW.geom);
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- An area's own code is its area code; a former edition's row is "code@edition".
CREATE FUNCTION gisapp.stamp_area() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.area_code := split_part(NEW.code, '@', 1);
    IF TG_OP = 'UPDATE' THEN
        NEW.row_version := OLD.row_version + 1;
        NEW.created_at := OLD.created_at;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- Attach what every layer's table has: called once for each by the migration that makes it.
CREATE FUNCTION gisapp.keep(layer text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    stamp text := CASE keep.layer WHEN 'areas' THEN 'stamp_area' ELSE 'stamp_row' END;
BEGIN
    INSERT INTO gisapp.layer_revisions (layer) VALUES (keep.layer);
    EXECUTE format(
        'CREATE TRIGGER raise_revision BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON gisapp.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.raise_revision()', keep.layer);
    -- A new row that has its area code need not be looked at: loading is a fifth faster.
    EXECUTE format(
        'CREATE TRIGGER stamp_new BEFORE INSERT ON gisapp.%I'
        ' FOR EACH ROW %s EXECUTE FUNCTION gisapp.%I()',
        keep.layer,
        CASE keep.layer WHEN 'areas' THEN '' ELSE
            'WHEN (coalesce(NEW.area_code, '''') = '''' OR NEW.row_version IS DISTINCT FROM 1)' END,
        stamp);
    EXECUTE format(
        'CREATE TRIGGER stamp_row BEFORE UPDATE ON gisapp.%I'
        ' FOR EACH ROW EXECUTE FUNCTION gisapp.%I()', keep.layer, stamp);
END $$;

-- Find the area codes of a layer's rows anew, after the areas changed. Returns rows changed.
CREATE FUNCTION gisapp.refresh_area_codes(layer text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    changed bigint;
BEGIN
    EXECUTE format(
        'UPDATE gisapp.%I AS row SET area_code = found.area_code'
        ' FROM (SELECT id, gisapp.area_code_at(geom) AS area_code FROM gisapp.%I) AS found'
        ' WHERE found.id = row.id AND found.area_code IS DISTINCT FROM row.area_code',
        refresh_area_codes.layer, refresh_area_codes.layer);
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$;

-- Move all layers to another metric CRS. Only while they are empty: stored coordinates are
-- the record and are never rewritten behind their owner's back.
CREATE FUNCTION gisapp.use_metric_crs(srid integer) RETURNS void
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
        EXECUTE format('SELECT EXISTS (SELECT FROM gisapp.%I)', held.name) INTO filled;
        IF filled THEN
            RAISE EXCEPTION 'layer % has rows; the metric CRS is fixed', held.name
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        EXECUTE format('ALTER TABLE gisapp.%I DROP COLUMN geom_web', held.name);
        EXECUTE format('ALTER TABLE gisapp.%I ALTER COLUMN geom TYPE geometry(%s, %s)'
            ' USING ST_SetSRID(geom, %s)', held.name, held.type, srid, srid);
        EXECUTE format('ALTER TABLE gisapp.%I ADD COLUMN geom_web geometry(%s, 3857)'
            ' GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED', held.name, held.type);
        EXECUTE format('CREATE INDEX %I ON gisapp.%I USING gist (geom_web)',
            held.name || '_geom_web', held.name);
    END LOOP;
    UPDATE gisapp.deployment SET value = srid::text WHERE key = 'metric_srid';
END $$;
