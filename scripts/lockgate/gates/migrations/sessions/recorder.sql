-- The flight recorder: each command on the schema tells the server's log what it did and what it holds.
-- It is installed by the superuser into a database that is thrown away. What it tells is one line of JSON
-- for recorder.py. It never makes a command fail: what goes wrong in here is told as `trouble`.
CREATE SCHEMA lockgate_recorder;
REVOKE ALL ON SCHEMA lockgate_recorder FROM PUBLIC;
CREATE UNLOGGED TABLE lockgate_recorder.ends (transaction xid8 PRIMARY KEY);

CREATE FUNCTION lockgate_recorder.tell(kind text, more jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET log_error_verbosity = terse SET log_min_error_statement = panic AS $body$
BEGIN
  RAISE LOG 'lockgate %', (jsonb_build_object('kind', kind) || more)::text;
END $body$;

-- What the transaction holds on relations of the project; one that it has dropped has no name any more.
-- Locks of plain readers are left out: nobody waits for them but a command on the schema.
CREATE FUNCTION lockgate_recorder.locks() RETURNS jsonb
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $body$
  SELECT coalesce(jsonb_agg(jsonb_build_array(
      l.relation::int8, coalesce(n.nspname || '.' || c.relname, ''), coalesce(c.relkind, ''), l.mode)), '[]')
  FROM pg_locks l
    LEFT JOIN pg_class c ON c.oid = l.relation
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.relation >= 16384 AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
    AND coalesce(n.nspname, '') NOT IN ('lockgate_recorder', 'pg_toast')
$body$;

-- The counters go on over transactions, so only the difference that one command makes says anything.
CREATE FUNCTION lockgate_recorder.scans() RETURNS jsonb
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $body$
  SELECT coalesce(jsonb_object_agg(oid::text, scans), '{}')
  FROM (SELECT oid, pg_stat_get_xact_numscans(oid) AS scans FROM pg_class
        WHERE oid >= 16384 AND relkind IN ('r', 'm', 'f')) AS each
  WHERE scans > 0
$body$;

CREATE FUNCTION lockgate_recorder.starts() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  PERFORM set_config('lockgate.scans', lockgate_recorder.scans()::text, false);
EXCEPTION WHEN OTHERS THEN
  PERFORM lockgate_recorder.tell('trouble', jsonb_build_object('reason', SQLERRM));
END $body$;

CREATE FUNCTION lockgate_recorder.ends() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  before jsonb := coalesce(nullif(current_setting('lockgate.scans', true), ''), '{}');
BEGIN
  PERFORM lockgate_recorder.tell('command', jsonb_build_object(
    'tag', tg_tag,
    'objects', (SELECT coalesce(jsonb_agg(object_identity), '[]')
                FROM (SELECT DISTINCT object_identity FROM pg_event_trigger_ddl_commands()
                      WHERE object_identity IS NOT NULL AND NOT in_extension LIMIT 100) AS each),
    'locks', lockgate_recorder.locks(),
    'scanned', (SELECT coalesce(jsonb_agg(key::int8), '[]') FROM jsonb_each(lockgate_recorder.scans())
                WHERE value <> coalesce(before -> key, '0')),
    'lock_timeout', (SELECT setting::int8 FROM pg_settings WHERE name = 'lock_timeout')));
  PERFORM set_config('lockgate.scans', lockgate_recorder.scans()::text, false);
  INSERT INTO lockgate_recorder.ends VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
EXCEPTION WHEN OTHERS THEN
  PERFORM lockgate_recorder.tell('trouble', jsonb_build_object('reason', SQLERRM));
END $body$;

CREATE FUNCTION lockgate_recorder.drops() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  PERFORM lockgate_recorder.tell('drop', jsonb_build_object(
    'dropped', (SELECT coalesce(jsonb_agg(jsonb_build_array(
                    objid::int8, schema_name || '.' || object_name, object_type)), '[]')
                FROM pg_event_trigger_dropped_objects()
                WHERE classid = 'pg_class'::regclass AND objsubid = 0 AND schema_name <> 'pg_toast'),
    'objects', (SELECT coalesce(jsonb_agg(object_identity), '[]')
                FROM (SELECT object_identity FROM pg_event_trigger_dropped_objects()
                      WHERE original OR objsubid <> 0 LIMIT 100) AS each)));
EXCEPTION WHEN OTHERS THEN
  PERFORM lockgate_recorder.tell('trouble', jsonb_build_object('reason', SQLERRM));
END $body$;

CREATE FUNCTION lockgate_recorder.rewrites() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  about oid := pg_event_trigger_table_rewrite_oid();
BEGIN
  PERFORM lockgate_recorder.tell('rewrite', jsonb_build_object(
    'oid', about::int8, 'bits', pg_event_trigger_table_rewrite_reason(),
    'name', (SELECT n.nspname || '.' || c.relname FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = about)));
EXCEPTION WHEN OTHERS THEN
  PERFORM lockgate_recorder.tell('trouble', jsonb_build_object('reason', SQLERRM));
END $body$;

-- Rows that are written after the last command on the schema are seen by the locks held before the commit.
CREATE FUNCTION lockgate_recorder.commits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  PERFORM lockgate_recorder.tell('commit', jsonb_build_object('locks', lockgate_recorder.locks()));
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  PERFORM lockgate_recorder.tell('trouble', jsonb_build_object('reason', SQLERRM));
  RETURN NULL;
END $body$;

CREATE CONSTRAINT TRIGGER commits AFTER INSERT ON lockgate_recorder.ends
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lockgate_recorder.commits();
CREATE EVENT TRIGGER lockgate_rewrites ON table_rewrite EXECUTE FUNCTION lockgate_recorder.rewrites();
