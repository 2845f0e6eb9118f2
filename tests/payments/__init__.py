"""Tests of the bundled payment service."""
