-- Pairs of parcels that claim the same land, largest overlap first. Each pair is found once:
-- from its first parcel by code, or from the one inside the area when the other is outside.
SELECT least(one, other) AS first_code, greatest(one, other) AS second_code,
    CASE WHEN one < other THEN one_dispute ELSE other_dispute END AS first_dispute,
    CASE WHEN one < other THEN other_dispute ELSE one_dispute END AS second_dispute,
    area_m2,
    area_m2 / CASE WHEN one < other THEN one_m2 ELSE other_m2 END * 100 AS first_share,
    area_m2 / CASE WHEN one < other THEN other_m2 ELSE one_m2 END * 100 AS second_share,
    area_code, geom
FROM (
    SELECT one.code AS one, other.code AS other, one.area_code,
        one.dispute AS one_dispute, other.dispute AS other_dispute,
        ST_Area(one.geom) AS one_m2, ST_Area(other.geom) AS other_m2,
        ST_Area(shared.geom) AS area_m2, shared.geom
    FROM parcels AS one
    JOIN parcels AS other ON other.geom && one.geom AND ST_Intersects(other.geom, one.geom)
    CROSS JOIN LATERAL (
        SELECT ST_Multi(ST_CollectionExtract(ST_Intersection(one.geom, other.geom), 3)) AS geom
    ) AS shared
    WHERE (%(everywhere)s OR (one.area_code >= %(first)s AND one.area_code < %(after)s))
        AND one.id <> other.id
        AND (one.code < other.code OR NOT (%(everywhere)s OR coalesce(
            other.area_code >= %(first)s AND other.area_code < %(after)s, false)))
) AS overlap
WHERE area_m2 > %(tolerance)s
ORDER BY area_m2 DESC, first_code, second_code
