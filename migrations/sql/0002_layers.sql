-- One table per declared layer; `gisapp sql LAYER` prints the text for a new one.

-- 水域: Water
CREATE TABLE gisapp.water (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text CHECK (length("name") <= 200),
    "kind" text CHECK ("kind" IN ('river', 'canal', 'stream', 'lake', 'reservoir', 'pond', 'sea', 'other')),
    "outline" text CHECK ("outline" IN ('surveyed', 'from_centreline'))
);
CREATE INDEX water_geom ON gisapp.water USING gist (geom);
CREATE INDEX water_geom_web ON gisapp.water USING gist (geom_web);
CREATE INDEX water_area_code ON gisapp.water (area_code);
CREATE INDEX water_search ON gisapp.water USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('water');

-- 行政区域: Administrative areas
CREATE TABLE gisapp.areas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "level" text NOT NULL CHECK ("level" IN ('district', 'town', 'village')),
    "parent_code" text CHECK (length("parent_code") <= 24),
    "kind" text NOT NULL CHECK ("kind" IN ('district', 'street', 'town', 'township', 'residents', 'villagers', 'other')),
    "edition" text NOT NULL CHECK (length("edition") <= 200),
    "valid_from" date,
    "valid_to" date
);
CREATE INDEX areas_geom ON gisapp.areas USING gist (geom);
CREATE INDEX areas_geom_web ON gisapp.areas USING gist (geom_web);
CREATE INDEX areas_area_code ON gisapp.areas (area_code);
CREATE INDEX areas_time ON gisapp.areas ("valid_from");
CREATE INDEX areas_search ON gisapp.areas USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('areas');

-- 重点区域: Key areas
CREATE TABLE gisapp.key_areas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('school', 'hospital', 'station', 'market', 'industrial_park', 'government', 'scenic', 'military', 'other')),
    "consent_needed" text CHECK ("consent_needed" IN ('yes', 'no', 'unknown')),
    "visitors" bigint CHECK ("visitors" >= 0 AND "visitors" <= 1000000),
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX key_areas_geom ON gisapp.key_areas USING gist (geom);
CREATE INDEX key_areas_geom_web ON gisapp.key_areas USING gist (geom_web);
CREATE INDEX key_areas_area_code ON gisapp.key_areas (area_code);
CREATE INDEX key_areas_search ON gisapp.key_areas USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('key_areas');

-- 建筑物: Buildings
CREATE TABLE gisapp.buildings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "use" text CHECK ("use" IN ('residential', 'mixed', 'commercial', 'industrial', 'warehouse', 'public', 'agricultural', 'other', 'unknown')),
    "storeys" bigint CHECK ("storeys" >= 0 AND "storeys" <= 200),
    "height_m" double precision CHECK ("height_m" >= 0 AND "height_m" <= 1000),
    "households" bigint CHECK ("households" >= 0 AND "households" <= 10000),
    "residents" bigint CHECK ("residents" >= 0 AND "residents" <= 50000),
    "rooms" bigint CHECK ("rooms" >= 0 AND "rooms" <= 10000),
    "occupants" bigint CHECK ("occupants" >= 0 AND "occupants" <= 50000)
);
CREATE INDEX buildings_geom ON gisapp.buildings USING gist (geom);
CREATE INDEX buildings_geom_web ON gisapp.buildings USING gist (geom_web);
CREATE INDEX buildings_area_code ON gisapp.buildings (area_code);
CREATE INDEX buildings_search ON gisapp.buildings USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('buildings');

-- 道路: Roads
CREATE TABLE gisapp.roads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(LineString, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(LineString, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text CHECK (length("name") <= 200),
    "class" text NOT NULL CHECK ("class" IN ('motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential', 'service', 'track', 'path')),
    "oneway" text CHECK ("oneway" IN ('both', 'forward', 'backward')),
    "width_m" double precision CHECK ("width_m" >= 0 AND "width_m" <= 200),
    "lanes" bigint CHECK ("lanes" >= 0 AND "lanes" <= 20),
    "speed_kmh" double precision CHECK ("speed_kmh" >= 0 AND "speed_kmh" <= 140),
    "layer" bigint CHECK ("layer" >= -10 AND "layer" <= 10),
    "from_node" bigint,
    "to_node" bigint
);
CREATE INDEX roads_geom ON gisapp.roads USING gist (geom);
CREATE INDEX roads_geom_web ON gisapp.roads USING gist (geom_web);
CREATE INDEX roads_area_code ON gisapp.roads (area_code);
CREATE INDEX roads_search ON gisapp.roads USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('roads');

-- 铁路: Railways
CREATE TABLE gisapp.railways (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(LineString, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(LineString, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text CHECK (length("name") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('high_speed', 'other', 'unknown')),
    "segment_class" text NOT NULL CHECK ("segment_class" IN ('city', 'suburb_residential', 'village_residential', 'elsewhere', 'unknown')),
    "bridge_or_tunnel" text CHECK ("bridge_or_tunnel" IN ('ground', 'bridge', 'tunnel'))
);
CREATE INDEX railways_geom ON gisapp.railways USING gist (geom);
CREATE INDEX railways_geom_web ON gisapp.railways USING gist (geom_web);
CREATE INDEX railways_area_code ON gisapp.railways (area_code);
CREATE INDEX railways_search ON gisapp.railways USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('railways');

-- 宗地: Land parcels
CREATE TABLE gisapp.parcels (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text CHECK (length("name") <= 200),
    "parcel_number" text COLLATE "C" CHECK (length("parcel_number") <= 32),
    "land_use" text NOT NULL CHECK ("land_use" IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12')),
    "ownership" text CHECK ("ownership" IN ('state', 'collective', 'unknown')),
    "claimant_kind" text CHECK ("claimant_kind" IN ('village', 'group', 'enterprise', 'agency', 'household', 'other')),
    "registered_area_m2" double precision CHECK ("registered_area_m2" >= 0 AND "registered_area_m2" <= 1000000000),
    "dispute" text NOT NULL CHECK ("dispute" IN ('none', 'open', 'mediation', 'settled')),
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX parcels_geom ON gisapp.parcels USING gist (geom);
CREATE INDEX parcels_geom_web ON gisapp.parcels USING gist (geom_web);
CREATE INDEX parcels_area_code ON gisapp.parcels (area_code);
CREATE INDEX parcels_parcel_number ON gisapp.parcels ("parcel_number");
CREATE INDEX parcels_search ON gisapp.parcels USING gin (gisapp.bigrams(lower(coalesce("name", ''))));
SELECT gisapp.keep('parcels');

-- 网格: Grid cells
CREATE TABLE gisapp.grid_cells (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(MultiPolygon, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('ordinary', 'special')),
    "setting" text NOT NULL CHECK ("setting" IN ('urban', 'rural')),
    "households" bigint CHECK ("households" >= 0 AND "households" <= 100000),
    "residents" bigint CHECK ("residents" >= 0 AND "residents" <= 1000000),
    "workers" bigint CHECK ("workers" >= 0 AND "workers" <= 1000),
    "station" text CHECK (length("station") <= 200),
    "locked" boolean,
    "valid_from" date,
    "valid_to" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX grid_cells_geom ON gisapp.grid_cells USING gist (geom);
CREATE INDEX grid_cells_geom_web ON gisapp.grid_cells USING gist (geom_web);
CREATE INDEX grid_cells_area_code ON gisapp.grid_cells (area_code);
CREATE INDEX grid_cells_time ON gisapp.grid_cells ("valid_from");
CREATE INDEX grid_cells_search ON gisapp.grid_cells USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("station", ''))));
SELECT gisapp.keep('grid_cells');

-- 巡查记录: Visits
CREATE TABLE gisapp.visits (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "subject_layer" text NOT NULL CHECK ("subject_layer" IN ('hazard_sites', 'rented_housing', 'three_in_one', 'facilities')),
    "subject_code" text COLLATE "C" NOT NULL CHECK (length("subject_code") <= 64),
    "visited_at" timestamp with time zone NOT NULL,
    "result" text NOT NULL CHECK ("result" IN ('passed', 'rectified', 'findings', 'sealed', 'no_access')),
    "findings" bigint CHECK ("findings" >= 0 AND "findings" <= 10000),
    "next_due_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX visits_geom ON gisapp.visits USING gist (geom);
CREATE INDEX visits_geom_web ON gisapp.visits USING gist (geom_web);
CREATE INDEX visits_area_code ON gisapp.visits (area_code);
CREATE INDEX visits_time ON gisapp.visits ("visited_at");
CREATE INDEX visits_subject_code ON gisapp.visits ("subject_code");
SELECT gisapp.keep('visits');

-- 设施: Facilities
CREATE TABLE gisapp.facilities (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('fire_station', 'micro_fire_station', 'hydrant', 'service_centre', 'police', 'clinic', 'shelter', 'water_source', 'other')),
    "status" text NOT NULL CHECK ("status" IN ('working', 'faulty', 'unknown')),
    "staff" bigint CHECK ("staff" >= 0 AND "staff" <= 10000),
    "vehicles" bigint CHECK ("vehicles" >= 0 AND "vehicles" <= 1000),
    "pressure_kpa" double precision CHECK ("pressure_kpa" >= 0 AND "pressure_kpa" <= 5000),
    "checked_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX facilities_geom ON gisapp.facilities USING gist (geom);
CREATE INDEX facilities_geom_web ON gisapp.facilities USING gist (geom_web);
CREATE INDEX facilities_area_code ON gisapp.facilities (area_code);
CREATE INDEX facilities_time ON gisapp.facilities ("checked_on");
CREATE INDEX facilities_search ON gisapp.facilities USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('facilities');

-- 事件: Incidents
CREATE TABLE gisapp.incidents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('fire', 'dispute', 'accident', 'traffic', 'flood', 'environment', 'other')),
    "level" text NOT NULL CHECK ("level" IN ('1', '2', '3', '4', 'unknown')),
    "occurred_at" timestamp with time zone NOT NULL,
    "closed_at" timestamp with time zone,
    "casualties" bigint CHECK ("casualties" >= 0 AND "casualties" <= 100000),
    "status" text CHECK ("status" IN ('open', 'closed', 'unknown')),
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX incidents_geom ON gisapp.incidents USING gist (geom);
CREATE INDEX incidents_geom_web ON gisapp.incidents USING gist (geom_web);
CREATE INDEX incidents_area_code ON gisapp.incidents (area_code);
CREATE INDEX incidents_time ON gisapp.incidents ("occurred_at");
CREATE INDEX incidents_search ON gisapp.incidents USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('incidents');

-- 出租屋: Rented housing
CREATE TABLE gisapp.rented_housing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "kind" text CHECK ("kind" IN ('house', 'flat', 'dormitory', 'apartment', 'other')),
    "grade" text NOT NULL CHECK ("grade" IN ('red', 'orange', 'yellow', 'blue', 'ungraded')),
    "storeys" bigint CHECK ("storeys" >= 1 AND "storeys" <= 150),
    "rooms" bigint CHECK ("rooms" >= 0 AND "rooms" <= 5000),
    "occupants" bigint CHECK ("occupants" >= 0 AND "occupants" <= 20000),
    "rooms_with_detector" bigint CHECK ("rooms_with_detector" >= 0 AND "rooms_with_detector" <= 5000),
    "second_exit" text CHECK ("second_exit" IN ('yes', 'no', 'unknown')),
    "barred_windows" text CHECK ("barred_windows" IN ('yes', 'no', 'unknown')),
    "indoor_charging" text CHECK ("indoor_charging" IN ('yes', 'no', 'unknown')),
    "rectification" text CHECK ("rectification" IN ('none_needed', 'open', 'under_way', 'done', 'unknown')),
    "last_inspected_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX rented_housing_geom ON gisapp.rented_housing USING gist (geom);
CREATE INDEX rented_housing_geom_web ON gisapp.rented_housing USING gist (geom_web);
CREATE INDEX rented_housing_area_code ON gisapp.rented_housing (area_code);
CREATE INDEX rented_housing_time ON gisapp.rented_housing ("last_inspected_on");
CREATE INDEX rented_housing_search ON gisapp.rented_housing USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('rented_housing');

-- 视频监控: Cameras
CREATE TABLE gisapp.cameras (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "device_id" text COLLATE "C" CHECK (length("device_id") <= 20),
    "address" text CHECK (length("address") <= 200),
    "mount" text CHECK ("mount" IN ('pole', 'facade', 'ceiling', 'other', 'unknown')),
    "ptz_type" text CHECK ("ptz_type" IN ('1', '2', '3', '4', '5', '6', '7')),
    "direction_type" text CHECK ("direction_type" IN ('1', '2', '3', '4', '5', '6', '7', '8')),
    "azimuth" double precision CHECK ("azimuth" >= 0 AND "azimuth" <= 360),
    "horizontal_fov" double precision CHECK ("horizontal_fov" >= 0 AND "horizontal_fov" <= 360),
    "max_view_distance" double precision CHECK ("max_view_distance" >= 0 AND "max_view_distance" <= 5000),
    "width_px" bigint CHECK ("width_px" >= 1 AND "width_px" <= 20000),
    "height_m" double precision CHECK ("height_m" >= 0 AND "height_m" <= 300),
    "room_type" text CHECK ("room_type" IN ('1', '2')),
    "supply_light" text CHECK ("supply_light" IN ('1', '2', '3', '4', '9')),
    "status" text NOT NULL CHECK ("status" IN ('online', 'offline', 'planned', 'unknown')),
    "retention_days" bigint CHECK ("retention_days" >= 0 AND "retention_days" <= 3650),
    "owner_kind" text CHECK ("owner_kind" IN ('police', 'town', 'village', 'enterprise', 'other', 'unknown')),
    "installed_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX cameras_geom ON gisapp.cameras USING gist (geom);
CREATE INDEX cameras_geom_web ON gisapp.cameras USING gist (geom_web);
CREATE INDEX cameras_area_code ON gisapp.cameras (area_code);
CREATE INDEX cameras_device_id ON gisapp.cameras ("device_id");
CREATE INDEX cameras_search ON gisapp.cameras USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('cameras');

-- 三合一场所: Three-in-one premises
CREATE TABLE gisapp.three_in_one (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "trade" text CHECK ("trade" IN ('ceramics', 'steel', 'food', 'printing', 'garments', 'plastics', 'repair', 'retail', 'catering', 'other')),
    "grade" text NOT NULL CHECK ("grade" IN ('red', 'orange', 'yellow', 'blue', 'ungraded')),
    "floor_area_m2" double precision CHECK ("floor_area_m2" >= 0 AND "floor_area_m2" <= 1000000),
    "storeys" bigint CHECK ("storeys" >= 1 AND "storeys" <= 150),
    "workers" bigint CHECK ("workers" >= 0 AND "workers" <= 100000),
    "occupants" bigint CHECK ("occupants" >= 0 AND "occupants" <= 20000),
    "separated" text CHECK ("separated" IN ('yes', 'no', 'unknown')),
    "second_exit" text CHECK ("second_exit" IN ('yes', 'no', 'unknown')),
    "alarm" text CHECK ("alarm" IN ('yes', 'no', 'unknown')),
    "sprinkler" text CHECK ("sprinkler" IN ('yes', 'no', 'unknown')),
    "indoor_charging" text CHECK ("indoor_charging" IN ('yes', 'no', 'unknown')),
    "rectification" text CHECK ("rectification" IN ('none_needed', 'open', 'under_way', 'done', 'unknown')),
    "last_inspected_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX three_in_one_geom ON gisapp.three_in_one USING gist (geom);
CREATE INDEX three_in_one_geom_web ON gisapp.three_in_one USING gist (geom_web);
CREATE INDEX three_in_one_area_code ON gisapp.three_in_one (area_code);
CREATE INDEX three_in_one_time ON gisapp.three_in_one ("last_inspected_on");
CREATE INDEX three_in_one_search ON gisapp.three_in_one USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", ''))));
SELECT gisapp.keep('three_in_one');

-- 风险点位: Hazard sites
CREATE TABLE gisapp.hazard_sites (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text COLLATE "C" NOT NULL UNIQUE CHECK (length(code) BETWEEN 1 AND 64),
    area_code text COLLATE "C",
    geom geometry(Point, 4548) NOT NULL CHECK (ST_IsValid(geom) AND NOT ST_IsEmpty(geom)),
    geom_web geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    source text NOT NULL DEFAULT '',
    row_version integer NOT NULL DEFAULT 1,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    "name" text NOT NULL CHECK (length("name") <= 200),
    "address" text CHECK (length("address") <= 200),
    "kind" text NOT NULL CHECK ("kind" IN ('chemicals', 'gas', 'fuel', 'fireworks', 'delivery', 'warehouse', 'kiln', 'dust', 'confined', 'charging', 'geological', 'flood', 'other')),
    "grade" text NOT NULL CHECK ("grade" IN ('red', 'orange', 'yellow', 'blue', 'ungraded')),
    "substance" text CHECK (length("substance") <= 200),
    "workers" bigint CHECK ("workers" >= 0 AND "workers" <= 100000),
    "seal_inspection" text CHECK ("seal_inspection" IN ('yes', 'no', 'unknown')),
    "real_name" text CHECK ("real_name" IN ('yes', 'no', 'unknown')),
    "x_ray" text CHECK ("x_ray" IN ('yes', 'no', 'unknown')),
    "rectification" text CHECK ("rectification" IN ('none_needed', 'open', 'under_way', 'done', 'unknown')),
    "last_inspected_on" date,
    "note" text CHECK (length("note") <= 2000)
);
CREATE INDEX hazard_sites_geom ON gisapp.hazard_sites USING gist (geom);
CREATE INDEX hazard_sites_geom_web ON gisapp.hazard_sites USING gist (geom_web);
CREATE INDEX hazard_sites_area_code ON gisapp.hazard_sites (area_code);
CREATE INDEX hazard_sites_time ON gisapp.hazard_sites ("last_inspected_on");
CREATE INDEX hazard_sites_search ON gisapp.hazard_sites USING gin (gisapp.bigrams(lower(coalesce("name", '') || ' ' || coalesce("address", '') || ' ' || coalesce("substance", ''))));
SELECT gisapp.keep('hazard_sites');
