"""Whole deployments over real HTTP: webhooks in, texts out, several processes, stopping, the payment service away."""
