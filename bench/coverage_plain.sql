-- The share of all cells that plain sectors cover, without buildings; gaps are made, not sent.
WITH sectors AS MATERIALIZED (
    SELECT camera.id, ST_MakePolygon(ST_MakeLine(ARRAY(
        SELECT corner.geom FROM (
            SELECT -1 AS place, camera.geom WHERE fov < 360
            UNION ALL
            SELECT step, ST_Translate(camera.geom, range * sin(turn), range * cos(turn))
            FROM (SELECT ceil(fov / 4)::integer AS steps) AS division,
                generate_series(0, steps) AS step,
                LATERAL (SELECT radians(azimuth - fov / 2
                    + CASE WHEN fov < 360 THEN step ELSE step % steps END * fov / steps) AS turn
                ) AS angle
            UNION ALL
            SELECT 1000, camera.geom WHERE fov < 360
        ) AS corner ORDER BY corner.place
    ))) AS geom
    FROM camera
), seen AS MATERIALIZED (
    SELECT cell.id, ST_Union(sectors.geom) AS geom
    FROM cell JOIN sectors ON ST_Intersects(cell.geom, sectors.geom)
    GROUP BY cell.id
), gaps AS MATERIALIZED (
    SELECT cell.id, cell.geom AS cell,
        CASE WHEN seen.geom IS NULL THEN cell.geom ELSE ST_Difference(cell.geom, seen.geom) END AS gap
    FROM cell LEFT JOIN seen USING (id)
)
SELECT 1 - sum(ST_Area(gap)) / sum(ST_Area(cell)) FROM gaps
