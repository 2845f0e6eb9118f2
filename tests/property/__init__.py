"""Conversations at random, held to the promise after every step."""
