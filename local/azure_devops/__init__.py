"""AZURE DEVOPS: the Git part of an organization, over real bare repositories."""
