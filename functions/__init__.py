"""TRIGGERS: what the platform calls; speaks azure.functions, knows no remote."""
