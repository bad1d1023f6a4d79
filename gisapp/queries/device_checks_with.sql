, described AS (
    SELECT cameras.*, count(*) OVER (PARTITION BY device_id) AS id_count,
        count(*) OVER (PARTITION BY round(ST_X(geom)), round(ST_Y(geom)), CASE
            WHEN azimuth IS NOT NULL THEN mod(round(azimuth / 10)::integer, 36)::text
            ELSE coalesce('way ' || direction_type, 'id ' || device_id, '') END) AS same_view,
        abs(mod((azimuth - compass.degrees)::numeric + 540, 360) - 180) AS apart
    FROM cameras
    LEFT JOIN (VALUES ('1', 90), ('2', 270), ('3', 180), ('4', 0),
        ('5', 135), ('6', 45), ('7', 225), ('8', 315)) AS compass (code, degrees)
        ON compass.code = direction_type
), camera AS (
    -- What has no identifier shares it with nobody.
    SELECT described.*, CASE WHEN device_id IS NOT NULL THEN id_count END AS same_id,
        CASE WHEN horizontal_fov <= 0 OR max_view_distance <= 0 THEN '0'
            WHEN apart > 45 THEN round(apart) || '°'
            WHEN ptz_type = '6' AND horizontal_fov < 180 THEN horizontal_fov || '°'
            WHEN status = 'online' AND installed_on > current_date THEN installed_on::text
        END AS impossible
    FROM described
    WHERE (%(everywhere)s OR (area_code >= %(first)s AND area_code < %(after)s))
)
