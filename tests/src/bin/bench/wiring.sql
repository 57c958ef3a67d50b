-- Identities in the order of time, as those that Plinth gives.
CREATE FUNCTION pg_temp.identity(kind text, place bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
    $$ SELECT ('01a1ffff-' || kind || '-7000-8000-' || lpad(to_hex(place), 12, '0'))::uuid $$;
SET session_replication_role = replica;

INSERT INTO power_feed (id, created_at, updated_at, site_id, name, status, side, rack_id)
SELECT pg_temp.identity('000' || (CASE side WHEN 'A' THEN 1 ELSE 2 END), row_number() OVER (ORDER BY rack.id, side)),
    rack.created_at, rack.created_at, rack.site_id, rack.name || ' side ' || side, 'ACTIVE', side, rack.id
FROM rack CROSS JOIN (VALUES ('A'), ('B')) AS sides (side)
WHERE NOT EXISTS (SELECT 1 FROM power_feed WHERE power_feed.rack_id = rack.id);

UPDATE asset SET rack_id = rack.id, site_id = rack.site_id
FROM (SELECT id, row_number() OVER (ORDER BY id) % (SELECT count(*) FROM rack) AS place FROM asset) AS placed
JOIN (SELECT id, site_id, row_number() OVER (ORDER BY id) - 1 AS place FROM rack) AS rack USING (place)
WHERE asset.id = placed.id AND asset.rack_id IS NULL AND asset.parent_id IS NULL;

CREATE TEMPORARY TABLE wired AS
SELECT id, place, count(*) OVER () AS assets, pg_temp.identity('0003', place) AS item
FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS place FROM asset
      WHERE status IN ('IN_SERVICE', 'MAINTENANCE')) AS running
WHERE NOT EXISTS (SELECT 1 FROM configuration_item WHERE asset_id = running.id);

INSERT INTO configuration_item (id, created_at, updated_at, asset_id)
SELECT item, now(), now(), id FROM wired WHERE place % 4 = 0 OR place % 100 = 1 ORDER BY item;

-- Every fourth asset needs four of those of which there is one in a hundred.
CREATE INDEX ON wired (place);
ANALYZE wired;
INSERT INTO dependency (id, created_at, updated_at, from_id, to_id, kind, hardness, evidence, is_write_heavy)
SELECT pg_temp.identity('0004', 4 * wired.place + step), now(), now(), wired.item, needed.item, 'DEPENDS_ON', 'HARD',
    'DECLARED', false
FROM wired CROSS JOIN generate_series(0, 3) AS step
JOIN wired AS needed ON needed.place = (wired.place * 7 + step * 1300) % (wired.assets - 200) / 100 * 100 + 1
WHERE wired.place % 4 = 0;

ANALYZE;
