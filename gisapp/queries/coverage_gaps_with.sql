, targets AS NOT MATERIALIZED (
    SELECT * FROM cells
    WHERE (%(everywhere)s OR (area_code >= %(first)s AND area_code < %(after)s))
), reach AS MATERIALIZED (
    SELECT ST_SetSRID(ST_Extent(geom)::geometry, min(ST_SRID(geom))) AS geom FROM targets
), views AS (
    -- `doubt`: by how many degrees the true direction may be off to either side.
    SELECT camera.id, camera.geom, camera.status = 'online' AS online,
        coalesce(azimuth, compass.degrees) AS towards,
        CASE WHEN azimuth IS NOT NULL THEN 0 WHEN compass.degrees IS NOT NULL THEN 22.5
            ELSE 180 END AS doubt,
        nullif(horizontal_fov, 0) AS fov, nullif(max_view_distance, 0) AS view_m
    FROM reach
    JOIN cameras AS camera ON camera.geom && ST_Expand(reach.geom, %(furthest)s)
    LEFT JOIN (VALUES ('1', 90), ('2', 270), ('3', 180), ('4', 0),
        ('5', 135), ('6', 45), ('7', 225), ('8', 315)) AS compass (code, degrees)
        ON compass.code = camera.direction_type
    WHERE camera.status IN ('online', 'unknown') AND camera.room_type IS DISTINCT FROM '2'
), angles AS (
    SELECT views.*, NOT online OR doubt > 0 OR fov IS NULL OR view_m IS NULL AS uncertain,
        least(coalesce(fov, %(fov)s) + 2 * doubt, 360) AS possible_width,
        coalesce(view_m, %(range)s) AS possible_m,
        CASE WHEN fov >= 360 THEN 360 ELSE coalesce(fov - 2 * doubt, 0) END AS sure_width,
        CASE WHEN online THEN coalesce(view_m, 0) ELSE 0 END AS sure_m
    FROM views
), sectors AS MATERIALIZED (
    -- Arcs are drawn by chords of at most 5 degrees: inside the arc for what is sure, outside
    -- it for what is possible, so that neither claims too much (a thousandth of the radius at most).
    SELECT angles.id, uncertain,
        ST_MakePolygon(ST_MakeLine(ARRAY(
            SELECT corner.geom FROM (
                SELECT -1 AS place, angles.geom WHERE possible_width < 360
                UNION ALL
                SELECT step, ST_Translate(angles.geom, radius * sin(turn), radius * cos(turn))
                FROM (SELECT ceil(possible_width / 5)::integer AS steps) AS division,
                    generate_series(0, steps) AS step,
                    LATERAL (SELECT radians(coalesce(towards, 0) - possible_width / 2
                        + CASE WHEN possible_width < 360 THEN step ELSE step %% steps END
                        * possible_width / steps) AS turn,
                        possible_m / cos(radians(possible_width / steps / 2)) AS radius) AS corner
                UNION ALL
                SELECT 1000, angles.geom WHERE possible_width < 360
            ) AS corner ORDER BY corner.place
        ))) AS possible,
        CASE WHEN sure_width > 0 AND sure_m > 0 THEN ST_MakePolygon(ST_MakeLine(ARRAY(
            SELECT corner.geom FROM (
                SELECT -1 AS place, angles.geom WHERE sure_width < 360
                UNION ALL
                SELECT step, ST_Translate(angles.geom, radius * sin(turn), radius * cos(turn))
                FROM (SELECT ceil(sure_width / 5)::integer AS steps) AS division,
                    generate_series(0, steps) AS step,
                    LATERAL (SELECT radians(coalesce(towards, 0) - sure_width / 2
                        + CASE WHEN sure_width < 360 THEN step ELSE step %% steps END
                        * sure_width / steps) AS turn,
                        sure_m AS radius) AS corner
                UNION ALL
                SELECT 1000, angles.geom WHERE sure_width < 360
            ) AS corner ORDER BY corner.place
        ))) END AS sure
    FROM angles
), seen AS MATERIALIZED (
    SELECT targets.id AS cell_id, count(*) AS cameras, count(*) FILTER (WHERE uncertain) AS uncertain,
        ST_Union(sectors.sure) AS sure, ST_Union(sectors.possible) AS possible
    FROM sectors JOIN targets ON ST_Intersects(targets.geom, sectors.possible)
    GROUP BY targets.id
)
