"""All registered checks, in the order in which they make sense."""

from __future__ import annotations

from gisapp.doctor import (
    access,
    audit,
    clusters,
    compiled,
    content,
    deployment,
    exposure,
    indexes,
    tables,
    versions,
)
from gisapp.doctor.check import Check

CHECKS: tuple[Check, ...] = (
    versions.postgresql_version,
    versions.postgis_version,
    versions.transformation,
    versions.migrations,
    tables.tables_as_declared,
    tables.geometry_as_declared,
    tables.triggers_at_work,
    indexes.indexes_valid,
    indexes.indexes_used,
    content.valid_geometry,
    content.areas_apart,
    content.cells_apart,
    content.rows_in_areas,
    content.sources_known,
    clusters.clusters_right,
    audit.audit_chain,
    audit.audit_anchors,
    access.encrypted,
    access.accounts_in_order,
    access.short_sessions,
    exposure.proxies_told,
    exposure.secret_key_kept,
    deployment.enough_connections,
    deployment.metric_crs,
    compiled.coverage_compiled,
)
