-- The logins, the roles that they take, and the database. As the superuser on the primary, once; may be repeated.
-- Passwords are to stand in no log, not even where a statement fails.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SELECT format('CREATE ROLE %I %s', name, options)
FROM (VALUES
    ('katip_owner', 'LOGIN'),
    ('katip_app', 'LOGIN NOINHERIT'),
    ('katip_work', 'LOGIN'),
    ('katip_party', 'NOLOGIN'),
    ('katip_official', 'NOLOGIN')
) AS wanted(name, options)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE katip_owner PASSWORD :'owner_password';
ALTER ROLE katip_app PASSWORD :'app_password';
ALTER ROLE katip_work PASSWORD :'work_password';
ALTER ROLE katip_work INHERIT BYPASSRLS;
GRANT pg_read_all_stats TO katip_work;
GRANT katip_party, katip_official TO katip_app, katip_work;
GRANT katip_work TO katip_app;
SELECT 'CREATE DATABASE ${database} OWNER katip_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}')
\gexec
REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
GRANT CONNECT ON DATABASE ${database} TO katip_app, katip_work;
