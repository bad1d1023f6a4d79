-- Proposals of where more cameras would help most. Each belongs to one area, is made of that area's
-- rows alone, and is seen by whoever sees all of the area.

-- ``prefix``: the digits that all area codes of the area share, empty for one with a scheme of its
-- own. ``hidden``: layers that whoever asked could not see. ``asked``: the wish as JSON; ``figures``:
-- what was found. ``version`` counts the times that its sites were moved.
CREATE TABLE gisapp.siting_proposals (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    area_code text COLLATE "C" NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    hidden text[] NOT NULL DEFAULT '{}',
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    asked jsonb NOT NULL,
    figures jsonb NOT NULL
);

-- Sites by rank. ``covers``: the demand that a site would surely see, as an array of index (int32),
-- weight (float64) and state (int8); ``view`` in the metric CRS. ``flags``: what has to be minded.
-- ``camera``: the code of the planned camera that it was saved as.
CREATE TABLE gisapp.siting_sites (
    proposal bigint NOT NULL REFERENCES gisapp.siting_proposals ON DELETE CASCADE,
    number integer NOT NULL,
    kind text NOT NULL,
    place geometry NOT NULL,
    azimuth double precision NOT NULL,
    model jsonb NOT NULL,
    cost double precision NOT NULL,
    gain double precision NOT NULL,
    view geometry NOT NULL,
    covers bytea NOT NULL,
    flags jsonb NOT NULL DEFAULT '[]',
    moved boolean NOT NULL DEFAULT false,
    camera text,
    PRIMARY KEY (proposal, number)
);

-- The demand by squares of 250 m, so that a moved site reads what is near it only: arrays of index
-- (int32), x, y (m), weight (float64) and state (int8: 0 not seen, 1 possibly, 2 surely).
CREATE TABLE gisapp.siting_demand (
    proposal bigint NOT NULL REFERENCES gisapp.siting_proposals ON DELETE CASCADE,
    col integer NOT NULL,
    row integer NOT NULL,
    points bytea NOT NULL,
    PRIMARY KEY (proposal, col, row)
);
