-- What cameras leave unseen in each cell, from the unions of their plain sectors (`seen`).
SELECT code, title, area_code, cameras, uncertain, cell_m2,
    greatest(cell_m2 - possible_gap_m2, 0) AS sure_m2,
    greatest(cell_m2 - sure_gap_m2, 0) AS possible_m2,
    greatest(cell_m2 - possible_gap_m2, 0) / cell_m2 * 100 AS sure_share,
    greatest(cell_m2 - sure_gap_m2, 0) / cell_m2 * 100 AS possible_share,
    sure_gap_m2, possible_gap_m2, ST_NumGeometries(gap) AS gap_parts, gap AS geom
FROM (
    SELECT cell.code, cell.name AS title, cell.area_code, cell.cell_m2,
        coalesce(seen.cameras, 0) AS cameras, coalesce(seen.uncertain, 0) AS uncertain,
        ST_Area(left_over.sure_gap) AS sure_gap_m2,
        ST_Area(left_over.possible_gap) AS possible_gap_m2,
        ST_Multi(ST_CollectionExtract(
            CASE %(gap)s WHEN 'sure' THEN sure_gap ELSE possible_gap END, 3)) AS gap
    FROM (SELECT *, ST_Area(geom) AS cell_m2 FROM targets) AS cell
    LEFT JOIN seen ON seen.cell_id = cell.id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN seen.possible IS NULL THEN cell.geom
                ELSE ST_Difference(cell.geom, seen.possible) END AS sure_gap,
            CASE WHEN seen.sure IS NULL THEN cell.geom
                ELSE ST_Difference(cell.geom, seen.sure) END AS possible_gap
        OFFSET 0  -- kept apart, so that each difference is found once
    ) AS left_over
) AS measured
ORDER BY sure_gap_m2 DESC, code
