SELECT found.rule, found.severity, camera.name AS title, camera.code, found.value,
    camera.area_code, camera.geom
FROM camera
LEFT JOIN LATERAL (
    SELECT rented_housing.code FROM buildings
    JOIN rented_housing ON ST_Covers(buildings.geom, rented_housing.geom)
    WHERE ST_Covers(buildings.geom, camera.geom) AND coalesce(camera.room_type, '2') = '2'
        AND %(rule)s IN ('all', 'lodging_indoor', 'lodging_inside')
    ORDER BY rented_housing.code LIMIT 1
) AS lodging ON true
LEFT JOIN LATERAL (
    SELECT key_areas.name FROM key_areas
    WHERE ST_DWithin(key_areas.geom, camera.geom, %(consent)s)
        AND (consent_needed = 'yes'
            OR (kind IN ('school', 'military') AND consent_needed IS DISTINCT FROM 'no'))
        AND %(rule)s IN ('all', 'consent')
    ORDER BY ST_Distance(key_areas.geom, camera.geom), key_areas.code LIMIT 1
) AS neighbour ON true
CROSS JOIN LATERAL (
    SELECT %(rule)s IN ('all', 'far') AND NOT EXISTS (
            SELECT FROM roads WHERE ST_DWithin(roads.geom, camera.geom, %(far)s) OFFSET 0
        ) AND NOT EXISTS (
            SELECT FROM buildings WHERE ST_DWithin(buildings.geom, camera.geom, %(far)s) OFFSET 0
        ) AS is_far
) AS lonely
CROSS JOIN LATERAL (VALUES {found}) AS found (rule, severity, wrong, value)
WHERE found.wrong AND %(rule)s IN ('all', found.rule)
    AND %(severity)s IN ('all', found.severity)
ORDER BY array_position(ARRAY['error', 'warning', 'info'], found.severity), found.rule, camera.code
