"""Tests of the local Azure DevOps server, through its own front door."""
