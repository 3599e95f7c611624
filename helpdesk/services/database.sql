-- What the roles may do in one database, for psql and for roles.py alike; repeating it changes nothing.
-- Variable: database. Run in that database, as in roles.sql, before the first migration.

ALTER DATABASE :"database" OWNER TO owner;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO app, keeper, backup;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO owner;
GRANT USAGE ON SCHEMA public TO app, keeper, backup;

-- Not TRUNCATE, not REFERENCES, not TRIGGER: what these roles weren't given they can't do.
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO app, keeper;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO app, keeper;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT ON TABLES TO backup;
ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO backup;
