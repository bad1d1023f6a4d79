-- Kept clusters: how many points of a layer stand in each screen cell of each zoom, by area and
-- grade. They are kept by the changes themselves, so a low zoom costs the same at ten million
-- rows as at ten thousand.

-- A cell is 64 by 64 screen pixels: 2^(zoom + 2) cells across the Web Mercator square, counted
-- from its upper left corner. Zoom 17 is the finest; a coarser cell is the finer one shifted.
-- Sums are whole centimetres of EPSG:3857 (x east, y north): adding and taking away is exact.
-- An unknown area or grade is the empty text.
CREATE TABLE gisapp.clusters (
    layer text COLLATE "C" NOT NULL,
    zoom smallint NOT NULL,
    cell_x integer NOT NULL,
    cell_y integer NOT NULL,
    area_code text COLLATE "C" NOT NULL,
    grade text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    sum_x bigint NOT NULL,
    sum_y bigint NOT NULL,
    PRIMARY KEY (layer, zoom, cell_x, cell_y, area_code, grade)
) WITH (fillfactor = 80);

-- The finest cell's number along one axis: metres from the square's west or north edge.
CREATE FUNCTION gisapp.finest_cell(metres double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT greatest(0, least(524287, floor(metres / 40075016.6855784861 * 524288)))::integer
$$;

-- The sign with which each kind of change counts rows, as SQL over the trigger's tables.
CREATE FUNCTION gisapp.cluster_changes(rows text, grade text, sign integer) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format(
        'SELECT public.ST_X(geom_web) AS x, public.ST_Y(geom_web) AS y,'
        ' coalesce(area_code, '''') AS area_code, %s AS grade, %s AS sign FROM %s',
        CASE grade WHEN '' THEN '''''::text' ELSE format('coalesce(%I, '''')', grade) END,
        sign, rows)
$$;

-- The statement that adds signed points to the kept clusters of layer $1: once at the finest
-- zoom, then rolled up in three steps of six zooms. It returns the places of emptied cells.
-- (Text, because only the trigger function itself sees the tables of its change.)
CREATE FUNCTION gisapp.cluster_sql(changes text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT replace($sql$
    WITH finest AS (
        SELECT gisapp.finest_cell(20037508.342789243 + x) AS cell_x,
               gisapp.finest_cell(20037508.342789243 - y) AS cell_y,
               area_code, grade, sum(sign) AS count,
               sum(sign * round(x * 100)::bigint)::bigint AS sum_x,
               sum(sign * round(y * 100)::bigint)::bigint AS sum_y
        FROM (CHANGES) AS changes
        GROUP BY 1, 2, 3, 4
        HAVING sum(sign) <> 0 OR sum(sign * round(x * 100)::bigint) <> 0
            OR sum(sign * round(y * 100)::bigint) <> 0
    ), middle AS (
        SELECT cell_x >> 6 AS cell_x, cell_y >> 6 AS cell_y, area_code, grade,
               sum(count)::bigint AS count, sum(sum_x)::bigint AS sum_x,
               sum(sum_y)::bigint AS sum_y
        FROM finest GROUP BY 1, 2, 3, 4
    ), coarse AS (
        SELECT cell_x >> 6 AS cell_x, cell_y >> 6 AS cell_y, area_code, grade,
               sum(count)::bigint AS count, sum(sum_x)::bigint AS sum_x,
               sum(sum_y)::bigint AS sum_y
        FROM middle GROUP BY 1, 2, 3, 4
    ), kept AS (
        INSERT INTO gisapp.clusters AS held
        SELECT $1, zoom, cell_x, cell_y, area_code, grade,
               sum(count), sum(sum_x), sum(sum_y)
        FROM (
            SELECT 17 - shift AS zoom, cell_x >> shift AS cell_x, cell_y >> shift AS cell_y,
                   area_code, grade, count, sum_x, sum_y
            FROM finest, generate_series(0, 5) AS shift
            UNION ALL
            SELECT 11 - shift, cell_x >> shift, cell_y >> shift,
                   area_code, grade, count, sum_x, sum_y
            FROM middle, generate_series(0, 5) AS shift
            UNION ALL
            SELECT 5 - shift, cell_x >> shift, cell_y >> shift,
                   area_code, grade, count, sum_x, sum_y
            FROM coarse, generate_series(0, 5) AS shift
        ) AS levels
        GROUP BY zoom, cell_x, cell_y, area_code, grade
        HAVING sum(count) <> 0 OR sum(sum_x) <> 0 OR sum(sum_y) <> 0
        ON CONFLICT (layer, zoom, cell_x, cell_y, area_code, grade) DO UPDATE SET
            count = held.count + excluded.count,
            sum_x = held.sum_x + excluded.sum_x,
            sum_y = held.sum_y + excluded.sum_y
        RETURNING held.ctid AS place, held.count AS count
    )
    SELECT array_agg(place) FROM kept WHERE count = 0
    $sql$, 'CHANGES', changes)
$$;

-- Statement trigger of a point layer: keeps its clusters. Argument: the grade column, or ''.
CREATE FUNCTION gisapp.keep_clusters_right() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    fresh text := gisapp.cluster_changes('fresh', TG_ARGV[0], 1);
    former text := gisapp.cluster_changes('former', TG_ARGV[0], -1);
    changes text := CASE TG_OP WHEN 'INSERT' THEN fresh WHEN 'DELETE' THEN former
        ELSE fresh || ' UNION ALL ' || former END;
    emptied tid[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM gisapp.clusters WHERE layer = TG_TABLE_NAME;
    ELSE
        EXECUTE gisapp.cluster_sql(changes) INTO emptied USING TG_TABLE_NAME;
        -- The places hold until commit: writers of one layer follow one another.
        DELETE FROM gisapp.clusters WHERE ctid = ANY (emptied);
    END IF;
    RETURN NULL;
END $$;

-- Count a layer's rows anew, for instance after its triggers were switched off.
CREATE FUNCTION gisapp.rebuild_clusters(layer text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    grade text;
BEGIN
    -- Holds up writers of the layer until commit, and tells caches of the change.
    UPDATE gisapp.layer_revisions AS held SET revision = revision + 1
    WHERE held.layer = rebuild_clusters.layer;
    SELECT rtrim(encode(tgargs, 'escape'), '\000') INTO STRICT grade FROM pg_trigger
    WHERE tgrelid = format('gisapp.%I', rebuild_clusters.layer)::regclass
        AND tgname = 'keep_clusters_insert';
    DELETE FROM gisapp.clusters AS held WHERE held.layer = rebuild_clusters.layer;
    EXECUTE gisapp.cluster_sql(gisapp.cluster_changes(format('gisapp.%I', layer), grade, 1))
    USING layer;
END $$;

-- Attach kept clusters to a point layer; ``grade`` is its grade column, or ''. Called once for
-- each by the migration that makes the layer.
CREATE FUNCTION gisapp.keep_clusters(layer text, grade text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER keep_clusters_insert AFTER INSERT ON gisapp.%I'
        ' REFERENCING NEW TABLE AS fresh'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_clusters_right(%L)', layer, grade);
    EXECUTE format(
        'CREATE TRIGGER keep_clusters_update AFTER UPDATE ON gisapp.%I'
        ' REFERENCING NEW TABLE AS fresh OLD TABLE AS former'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_clusters_right(%L)', layer, grade);
    EXECUTE format(
        'CREATE TRIGGER keep_clusters_delete AFTER DELETE ON gisapp.%I'
        ' REFERENCING OLD TABLE AS former'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_clusters_right(%L)', layer, grade);
    EXECUTE format(
        'CREATE TRIGGER keep_clusters_truncate AFTER TRUNCATE ON gisapp.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.keep_clusters_right(%L)', layer, grade);
    PERFORM gisapp.rebuild_clusters(layer);
END $$;

SELECT gisapp.keep_clusters('cameras', 'status');
SELECT gisapp.keep_clusters('facilities', '');
SELECT gisapp.keep_clusters('hazard_sites', 'grade');
SELECT gisapp.keep_clusters('incidents', 'level');
SELECT gisapp.keep_clusters('rented_housing', 'grade');
SELECT gisapp.keep_clusters('three_in_one', 'grade');
SELECT gisapp.keep_clusters('visits', 'result');

-- Tells the cached tiles of one database from those of another; row versions of
-- gisapp.layer_revisions tell apart the states of one database, also after a restore.
INSERT INTO gisapp.deployment VALUES ('dataset', gen_random_uuid()::text);

-- The longer side of a shape's box, in the units of its CRS. Indexed on large layers of lines
-- and areas, so that a tile of a low zoom finds the few shapes that can be seen without reading
-- the many that cannot.
CREATE FUNCTION gisapp.shape_size(shape public.geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT greatest(public.ST_XMax(shape) - public.ST_XMin(shape),
        public.ST_YMax(shape) - public.ST_YMin(shape))
$$;
CREATE INDEX buildings_size ON gisapp.buildings (gisapp.shape_size(geom));
CREATE INDEX parcels_size ON gisapp.parcels (gisapp.shape_size(geom));
CREATE INDEX water_size ON gisapp.water (gisapp.shape_size(geom));
