"""LOCAL, setup-repo: `make setup-repo`; sets nothing up itself."""
