-- Camera coverage: what each camera sees, what of each cell is seen, and the gaps, all kept with
-- what they were made of; and a journal of edits, by which what is out of date is known.
--
-- An edit adds a line to the journal in its own transaction and locks nothing that another edit
-- needs. Whoever reads takes the lines that nobody has taken up yet into account, so that what is
-- out of date is shown so from the edit's commit on. The worker takes the lines up and computes
-- anew what they touch.

-- What one camera sees, in the metric CRS. ``reach`` is the box of what it could see if nothing
-- hid anything; ``sure`` and ``possible`` are NULL where it sees nothing. Made anew when
-- ``computed`` is behind ``touched``.
CREATE TABLE gisapp.coverage_views (
    camera_id bigint PRIMARY KEY,
    touched bigint NOT NULL DEFAULT 1,
    computed bigint NOT NULL DEFAULT 0,
    computed_at timestamptz,
    row_version bigint,
    stands_at geometry,  -- moved to the façade when it was drawn inside a footprint
    moved_m double precision NOT NULL DEFAULT 0,
    reach geometry,
    sure geometry,
    possible geometry,
    unknown_direction boolean NOT NULL DEFAULT false,
    problems text[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 80);
CREATE INDEX coverage_views_reach ON gisapp.coverage_views USING gist (reach);
CREATE INDEX coverage_views_possible ON gisapp.coverage_views USING gist (possible);
CREATE INDEX coverage_views_stale ON gisapp.coverage_views (camera_id) WHERE computed < touched;

-- Whether a cell's figures are of today: when ``computed`` has reached ``touched``, of the row of
-- this version. ``digest`` is of everything they were made of.
CREATE TABLE gisapp.coverage_states (
    cell_id bigint PRIMARY KEY,
    touched bigint NOT NULL DEFAULT 1,
    computed bigint NOT NULL DEFAULT 0,
    computed_at timestamptz,
    row_version bigint,
    digest text NOT NULL DEFAULT ''
) WITH (fillfactor = 80);
CREATE INDEX coverage_states_stale ON gisapp.coverage_states (cell_id) WHERE computed < touched;

-- The figures of a cell for one kind of target, in square metres: the target itself, what of it is
-- surely and possibly seen, and surely seen by two cameras or more. ``cameras`` may see some of the
-- cell; of ``undirected`` ones nobody knows where they look.
CREATE TABLE gisapp.coverage_cells (
    cell_id bigint NOT NULL REFERENCES gisapp.coverage_states ON DELETE CASCADE,
    target text NOT NULL CHECK (target IN ('public', 'roads', 'whole')),
    target_m2 double precision NOT NULL CHECK (target_m2 >= 0),
    sure_m2 double precision NOT NULL CHECK (sure_m2 >= 0),
    possible_m2 double precision NOT NULL CHECK (possible_m2 >= 0),
    twice_m2 double precision NOT NULL CHECK (twice_m2 >= 0),
    cameras integer NOT NULL,
    undirected integer NOT NULL,
    PRIMARY KEY (cell_id, target)
);

-- Parts of the target that are not seen: certainly (no camera can see them) or unsure (a camera
-- may). ``road_m``: metres of road inside.
CREATE TABLE gisapp.coverage_gaps (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    cell_id bigint NOT NULL REFERENCES gisapp.coverage_states ON DELETE CASCADE,
    target text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('certain', 'unsure')),
    part integer NOT NULL,  -- numbered by size within cell, target and kind
    shape geometry NOT NULL,
    area_m2 double precision NOT NULL,
    road_m double precision NOT NULL,
    UNIQUE (cell_id, target, kind, part)
);
CREATE INDEX coverage_gaps_shape ON gisapp.coverage_gaps USING gist (shape);

-- What stands in a gap, with the area code by which a caller may know of it.
CREATE TABLE gisapp.coverage_contents (
    gap bigint NOT NULL REFERENCES gisapp.coverage_gaps ON DELETE CASCADE,
    layer text NOT NULL,
    feature_id bigint NOT NULL,
    area_code text,
    PRIMARY KEY (gap, layer, feature_id)
);

-- What of a cell's target one camera sees, and what nobody would see any more if it failed.
CREATE TABLE gisapp.coverage_shares (
    cell_id bigint NOT NULL REFERENCES gisapp.coverage_states ON DELETE CASCADE,
    target text NOT NULL,
    camera_id bigint NOT NULL,
    sure_m2 double precision NOT NULL,
    possible_m2 double precision NOT NULL,
    sure_lost_m2 double precision NOT NULL,
    possible_lost_m2 double precision NOT NULL,
    PRIMARY KEY (cell_id, target, camera_id)
);
CREATE INDEX coverage_shares_camera ON gisapp.coverage_shares (camera_id);

-- The journal: the box of a row before or after an edit; without ``place`` anything may have
-- changed anywhere. ``reach_m``: how far a camera may see.
CREATE TABLE gisapp.coverage_edits (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    layer text NOT NULL,
    feature_id bigint,
    place geometry,
    reach_m double precision
);
CREATE INDEX coverage_edits_place ON gisapp.coverage_edits USING gist (place);
CREATE INDEX coverage_edits_everywhere ON gisapp.coverage_edits (id) WHERE place IS NULL;

-- How far (m) a camera may see at most, whatever is assumed of what its row does not say: at least
-- 20 pixels for each metre, at least 20 degrees, at most 3,840 pixels (gisapp/settings.py).
CREATE FUNCTION gisapp.longest_view(
    distance double precision, width_px double precision, fov double precision
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(greatest(distance, 0), 0), least(5000, coalesce(width_px, 3840)
        / (40 * tan(radians(least(coalesce(nullif(greatest(fov, 0), 0), 20), 179) / 2)))))
$$;

-- Statement trigger: writes the journal. A transaction of more than 100 rows says 'everywhere' once
-- and passes unseen from then on, so that loading many rows costs nothing. New rows are found by
-- their change, as in 0008_live.sql: gathering them for the trigger would make loading slower.
-- Argument: the expression that says how far a camera may see, or NULL.
CREATE FUNCTION gisapp.note_coverage() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    most CONSTANT integer := 100;
    kept text := 'gisapp_coverage.' || TG_TABLE_NAME;
    told integer := coalesce(nullif(current_setting('gisapp_coverage.told', true), ''), '0')::integer;
    newest text := nullif(current_setting(kept, true), '');
    rows text;
    written integer;
BEGIN
    IF told > most THEN
        RETURN NULL;
    END IF;
    rows := CASE TG_OP
        WHEN 'UPDATE' THEN '(SELECT * FROM former UNION ALL SELECT * FROM fresh)'
        WHEN 'DELETE' THEN 'former'
        WHEN 'INSERT' THEN format('(SELECT * FROM gisapp.%I WHERE change_id = %s AND id > %s)',
            TG_TABLE_NAME, gisapp.current_change(), coalesce(newest, '0'))
        END;
    IF TG_OP = 'TRUNCATE' THEN
        written := most + 1;
    ELSE
        EXECUTE format(
            'INSERT INTO gisapp.coverage_edits (layer, feature_id, place, reach_m)'
            ' SELECT %L, id, ST_Envelope(geom), %s FROM %s AS changed LIMIT %s',
            TG_TABLE_NAME, TG_ARGV[0], rows, most - told + 1);
        GET DIAGNOSTICS written = ROW_COUNT;
    END IF;
    IF told + written > most THEN
        INSERT INTO gisapp.coverage_edits (layer) VALUES (TG_TABLE_NAME);
    ELSIF TG_OP = 'INSERT' THEN
        EXECUTE format('SELECT max(id) FROM gisapp.%I WHERE change_id = %s',
            TG_TABLE_NAME, gisapp.current_change()) INTO newest;
        PERFORM set_config(kept, coalesce(newest, ''), true);
    END IF;
    PERFORM set_config('gisapp_coverage.told', (told + written)::text, true);
    RETURN NULL;
END $$;

DO $$
DECLARE
    layer text;
    reach text;
    event text;
    moment text;
    rows text;
BEGIN
    FOR layer, reach, event, moment, rows IN
        SELECT * FROM (VALUES ('cameras', 'gisapp.longest_view(max_view_distance::float8,'
                ' width_px::float8, horizontal_fov::float8)'), ('buildings', 'NULL'),
            ('water', 'NULL'), ('roads', 'NULL'), ('grid_cells', 'NULL'),
            ('hazard_sites', 'NULL'), ('rented_housing', 'NULL'), ('three_in_one', 'NULL'),
            ('incidents', 'NULL')) AS layers,
        (VALUES ('INSERT', 'AFTER', ''), ('TRUNCATE', 'BEFORE', ''),
            ('UPDATE', 'AFTER', 'REFERENCING NEW TABLE AS fresh OLD TABLE AS former'),
            ('DELETE', 'AFTER', 'REFERENCING OLD TABLE AS former')) AS events
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I %s %s ON gisapp.%I %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.note_coverage(%L)',
            'cover_' || lower(event), moment, event, layer, rows, reach);
    END LOOP;
END $$;

-- Where figures may be out of date by the lines of the journal. What a changed camera sees now is a
-- ``guess``, until it is found out. A building touches all that cameras around it see; and one that
-- stood at its wall may stand elsewhere now.
CREATE VIEW gisapp.coverage_touched AS
SELECT id, layer = 'cameras' AS guess,
    CASE layer WHEN 'cameras' THEN ST_Expand(place, reach_m) ELSE place END AS place
FROM gisapp.coverage_edits WHERE place IS NOT NULL AND layer <> 'grid_cells'
UNION ALL
SELECT edit.id, false, held.reach
FROM gisapp.coverage_edits AS edit
JOIN gisapp.coverage_views AS held ON held.camera_id = edit.feature_id
WHERE edit.layer = 'cameras'
UNION ALL
SELECT edit.id, false, ST_Expand(held.reach, greatest(ST_XMax(edit.place) - ST_XMin(edit.place),
    ST_YMax(edit.place) - ST_YMin(edit.place)))
FROM gisapp.coverage_edits AS edit
JOIN gisapp.coverage_views AS held ON held.reach && edit.place
WHERE edit.layer = 'buildings';

-- Take up the journal: note which views and cells are out of date, forget those of cameras and
-- cells that are gone or no longer in force. Lines that are added meanwhile stay for the next time.
-- Whoever calls finds the views anew in the same transaction, and notes what they touch now.
CREATE FUNCTION gisapp.take_coverage_edits(everything boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    taken bigint[] := ARRAY(SELECT id FROM gisapp.coverage_edits);
    everywhere boolean := everything OR EXISTS (
        SELECT FROM gisapp.coverage_edits WHERE id = ANY (taken) AND place IS NULL);
BEGIN
    DELETE FROM gisapp.coverage_states AS held WHERE NOT EXISTS (
        SELECT FROM gisapp.grid_cells AS cell WHERE cell.id = held.cell_id
            AND (cell.valid_from IS NULL OR cell.valid_from <= current_date)
            AND (cell.valid_to IS NULL OR cell.valid_to > current_date));
    INSERT INTO gisapp.coverage_states (cell_id)
    SELECT cell.id FROM gisapp.grid_cells AS cell
    LEFT JOIN gisapp.coverage_states AS held ON held.cell_id = cell.id
    WHERE (cell.valid_from IS NULL OR cell.valid_from <= current_date)
        AND (cell.valid_to IS NULL OR cell.valid_to > current_date)
        AND (everywhere OR held.cell_id IS NULL
            OR held.computed > 0 AND held.row_version IS DISTINCT FROM cell.row_version
            OR EXISTS (SELECT FROM gisapp.coverage_touched AS touched
                WHERE touched.id = ANY (taken) AND NOT touched.guess
                    AND touched.place && cell.geom))
    ORDER BY cell.id
    ON CONFLICT (cell_id) DO UPDATE SET touched = coverage_states.touched + 1;
    DELETE FROM gisapp.coverage_views AS held WHERE (everywhere OR EXISTS (
            SELECT FROM gisapp.coverage_edits AS edit
            WHERE edit.id = ANY (taken) AND edit.layer = 'cameras'
                AND edit.feature_id = held.camera_id))
        AND NOT EXISTS (SELECT FROM gisapp.cameras WHERE id = held.camera_id);
    INSERT INTO gisapp.coverage_views (camera_id)
    SELECT camera.id FROM gisapp.cameras AS camera
    WHERE everywhere OR camera.id IN (
        SELECT edit.feature_id FROM gisapp.coverage_edits AS edit
        WHERE edit.id = ANY (taken) AND edit.layer = 'cameras'
        UNION
        SELECT held.camera_id FROM gisapp.coverage_edits AS edit
        JOIN gisapp.coverage_views AS held ON held.reach && edit.place
        WHERE edit.id = ANY (taken) AND edit.layer = 'buildings')
    ORDER BY camera.id
    ON CONFLICT (camera_id) DO UPDATE SET touched = coverage_views.touched + 1;
    DELETE FROM gisapp.coverage_edits WHERE id = ANY (taken);
END $$;

-- Keep what was found of some views, each by its place in the arrays; shapes as hexadecimal EWKB.
-- ``marks`` are the values of ``touched`` of before. Cells in reach of a view that has changed are out
-- of date.
CREATE FUNCTION gisapp.save_coverage_views(
    cameras bigint[], marks bigint[], versions bigint[], stands text[],
    distances double precision[], reaches text[], sures text[], possibles text[], unknown boolean[],
    faults text[]
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    changed geometry[];
BEGIN
    WITH found AS (
        SELECT camera_id, mark, version, stand::geometry AS stand, moved, reach::geometry AS reach,
            sure::geometry AS sure, possible::geometry AS possible, undirected,
            string_to_array(fault, E'\n') AS problems
        FROM unnest(cameras, marks, versions, stands, distances, reaches, sures, possibles, unknown,
            faults) AS given (camera_id, mark, version, stand, moved, reach, sure, possible, undirected,
            fault)
    ), differing AS (
        SELECT found.reach FROM found
        JOIN gisapp.coverage_views AS held ON held.camera_id = found.camera_id
        WHERE ST_AsBinary(held.sure) IS DISTINCT FROM ST_AsBinary(found.sure)
            OR ST_AsBinary(held.possible) IS DISTINCT FROM ST_AsBinary(found.possible)
            OR held.unknown_direction <> found.undirected
    ), kept AS (
        UPDATE gisapp.coverage_views AS held SET computed = found.mark, computed_at = now(),
            row_version = found.version, stands_at = found.stand, moved_m = found.moved,
            reach = found.reach, sure = found.sure, possible = found.possible,
            unknown_direction = found.undirected, problems = found.problems
        FROM found WHERE held.camera_id = found.camera_id
    )
    SELECT array_agg(differing.reach) INTO changed FROM differing WHERE differing.reach IS NOT NULL;
    UPDATE gisapp.coverage_states SET touched = touched + 1 WHERE cell_id IN (
        SELECT cell.id FROM unnest(changed) AS place
        JOIN gisapp.grid_cells AS cell ON cell.geom && place);
END $$;

-- Tell that figures of some cells were computed, as 0008_live.sql tells of layers.
CREATE FUNCTION gisapp.tell_coverage(cells bigint[]) RETURNS void
LANGUAGE sql AS $$
    SELECT pg_notify('gisapp_changes', 'coverage ' || string_agg(code, ',')) FROM (
        SELECT code, (row_number() OVER () - 1) / 500 AS part FROM (
            SELECT DISTINCT left(coalesce(area_code, ''), 12) AS code
            FROM gisapp.grid_cells WHERE id = ANY (cells)
        ) AS areas
    ) AS parts GROUP BY part
$$;

-- Whatever is there already waits for its first figures.
INSERT INTO gisapp.coverage_edits (layer) VALUES ('cameras');
