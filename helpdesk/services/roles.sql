-- The four roles, for psql and for roles.py alike; repeating it changes nothing but the passwords.
-- Variables: owner_password, app_password, keeper_password, backup_password. Run as a superuser,
-- or as a managed server's administrator with the right to make roles.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['owner', 'app', 'keeper', 'backup'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
    END IF;
  END LOOP;
END
$$;

ALTER ROLE owner LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'owner_password';
ALTER ROLE app LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'app_password';
ALTER ROLE keeper LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'keeper_password';
ALTER ROLE backup LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'backup_password';

-- Attributes that only a superuser may name, even to take them away; a new role has none of them.
DO $$
DECLARE
  wanted text;
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    -- Who isn't a superuser needs to be a member, to hand the database over and to set the owner's defaults.
    EXECUTE format('GRANT owner TO %I', current_user);
    RETURN;
  END IF;
  FOREACH wanted IN ARRAY ARRAY['owner', 'app', 'keeper', 'backup'] LOOP
    EXECUTE format('ALTER ROLE %I NOSUPERUSER NOREPLICATION NOBYPASSRLS', wanted);
  END LOOP;
END
$$;

-- A backup that row security cuts short is no backup. Where the server doesn't give the right,
-- pg_dump refuses with an error, and the server's own snapshots must do.
DO $$
BEGIN
  ALTER ROLE backup BYPASSRLS;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE WARNING 'the role backup may not bypass row security here: use the snapshots of the server';
END
$$;
