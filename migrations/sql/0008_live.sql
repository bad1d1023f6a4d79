-- News of changes: whoever has a map open hears of a change when it is committed.
--
-- A notice names a layer and the areas of the rows that changed, before and after, and nothing
-- else. Each server process decides by its callers' scopes who hears of it.

-- Which areas the rows have that a statement added: those numbered after the last ones told of by
-- this transaction (writers of one layer follow one another). To gather the new rows for the
-- trigger would make loading a fifth slower.
CREATE FUNCTION gisapp.areas_of_new(layer text, OUT codes text[])
LANGUAGE plpgsql AS $$
DECLARE
    kept text := 'gisapp_told.' || layer;
    told text := nullif(current_setting(kept, true), '');
    newest bigint;
BEGIN
    EXECUTE format(
        'SELECT array_agg(DISTINCT coalesce(area_code, '''')), max(id) FROM gisapp.%I WHERE %s',
        layer, coalesce('id > ' || told, 'change_id = ' || gisapp.current_change()))
    INTO codes, newest;
    PERFORM set_config(kept, coalesce(newest::text, told, ''), true);
END $$;

-- Statement trigger of every layer: tells which areas a change touches, 'layer code,code,…'; a row
-- outside every area has the empty code. 500 codes stay below the limit of a notice, 8,000 bytes;
-- codes are never shortened, for then nobody could know whether a change lies in his own area.
-- Argument: 'areas', or 'whole' for a layer that everybody sees, whose areas do not matter.
CREATE FUNCTION gisapp.tell_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    codes text[] := '{""}';
BEGIN
    IF TG_ARGV[0] = 'areas' THEN
        CASE TG_OP
        WHEN 'INSERT' THEN
            codes := gisapp.areas_of_new(TG_TABLE_NAME);
        WHEN 'UPDATE' THEN
            codes := ARRAY(SELECT area_code FROM fresh UNION SELECT area_code FROM former);
        WHEN 'DELETE' THEN
            codes := ARRAY(SELECT DISTINCT area_code FROM former);
        ELSE
            EXECUTE format('SELECT array_agg(DISTINCT area_code) FROM gisapp.%I', TG_TABLE_NAME)
            INTO codes;
        END CASE;
    END IF;
    PERFORM pg_notify('gisapp_changes', TG_TABLE_NAME || ' ' || string_agg(code, ','))
    FROM (
        SELECT left(coalesce(code, ''), 12) AS code, (place - 1) / 500 AS part
        FROM unnest(codes) WITH ORDINALITY AS given (code, place)
    ) AS parts GROUP BY part;
    RETURN NULL;
END $$;

-- Let a layer tell of its changes; ``scoped`` as declared: who sees a row depends on its area.
-- Called once for each by the migration that makes the layer.
CREATE FUNCTION gisapp.tell_changes(layer text, scoped boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    event text;
    moment text;
    rows text;
BEGIN
    FOR event, moment, rows IN VALUES ('INSERT', 'AFTER', ''), ('TRUNCATE', 'BEFORE', ''),
        ('UPDATE', 'AFTER', 'REFERENCING NEW TABLE AS fresh OLD TABLE AS former'),
        ('DELETE', 'AFTER', 'REFERENCING OLD TABLE AS former')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER %I %s %s ON gisapp.%I %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION gisapp.tell_change(%L)',
            'tell_' || lower(event), moment, event, layer, CASE WHEN scoped THEN rows ELSE '' END,
            CASE WHEN scoped THEN 'areas' ELSE 'whole' END);
    END LOOP;
END $$;

SELECT gisapp.tell_changes(layer, scoped) FROM (VALUES
    ('areas', false), ('buildings', false), ('key_areas', false), ('railways', false),
    ('roads', false), ('water', false),
    ('cameras', true), ('facilities', true), ('grid_cells', true), ('hazard_sites', true),
    ('incidents', true), ('parcels', true), ('rented_housing', true), ('three_in_one', true),
    ('visits', true)
) AS layers (layer, scoped);

-- As in 0004_access.sql; and whoever is connected is judged anew at once.
CREATE OR REPLACE FUNCTION gisapp.raise_access_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gisapp.access_state SET revision = revision + 1;
    PERFORM pg_notify('gisapp_access', '');
    RETURN NULL;
END $$;
