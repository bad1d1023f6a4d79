-- Sites inside the safety zone of a railway, one row for each site: the surest finding,
-- then the nearest line. `zones` gives each line the smallest and the largest width possible.
SELECT DISTINCT ON (finding_rank, layer, code)
    layer, code, title, grade, area_code, finding, railway, line_name, line_kind, segment_class,
    structure, distance_m, sure_m, possible_m, geom
FROM (
    SELECT sites.layer, sites.code, sites.title, sites.grade, sites.area_code, sites.geom,
        zones.code AS railway, zones.name AS line_name, zones.kind AS line_kind,
        zones.segment_class, coalesce(zones.bridge_or_tunnel, 'ground') AS structure,
        ST_Distance(sites.geom, zones.geom) AS distance_m, zones.sure_m, zones.possible_m,
        finding.finding, finding.rank AS finding_rank,
        min(finding.rank) OVER (PARTITION BY sites.layer, sites.code) AS surest
    FROM zones
    CROSS JOIN LATERAL (
        SELECT * FROM sites
        WHERE ST_DWithin(sites.geom, zones.geom, zones.possible_m + %(foot)s)
        OFFSET 0  -- line by line, so that sites are found by index
    ) AS sites
    CROSS JOIN LATERAL (
        SELECT 'tunnel' AS finding, 3 AS rank WHERE zones.bridge_or_tunnel = 'tunnel'
        UNION ALL
        SELECT 'sure', 1 WHERE zones.bridge_or_tunnel IS DISTINCT FROM 'tunnel'
            AND ST_DWithin(sites.geom, zones.geom, zones.sure_m)
        UNION ALL
        SELECT 'possible', 2 WHERE zones.bridge_or_tunnel IS DISTINCT FROM 'tunnel'
            AND NOT ST_DWithin(sites.geom, zones.geom, zones.sure_m)
    ) AS finding
    WHERE (%(everywhere)s OR (sites.area_code >= %(first)s AND sites.area_code < %(after)s))
) AS found
WHERE finding_rank = surest
ORDER BY finding_rank, layer, code, distance_m, railway
