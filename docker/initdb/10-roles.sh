#!/bin/sh
# Runs once, when the database volume is empty: the roles and their privileges, by the product's own scripts.
set -eu
psql --set ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" \
    --set keeper_password="$KEEPER_PASSWORD" --set backup_password="$BACKUP_PASSWORD" \
    --set database="$POSTGRES_DB" \
    --file "${ROLES_FOLDER:-/roles}/roles.sql" --file "${ROLES_FOLDER:-/roles}/database.sql"
