-- The logins and the database. As the superuser on the primary, once; may be repeated.
SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES ('katip_owner'), ('katip_app'), ('katip_work')) AS wanted(name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE katip_owner PASSWORD :'owner_password';
ALTER ROLE katip_app PASSWORD :'app_password';
ALTER ROLE katip_work PASSWORD :'work_password';
SELECT 'CREATE DATABASE ${database} OWNER katip_owner ENCODING ''UTF8'' TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}')
\gexec
REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
GRANT CONNECT ON DATABASE ${database} TO katip_app, katip_work;
