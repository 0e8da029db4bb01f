"""What a planned, changed or closed road, a growing city or a new service would change: docs/methods/scenarios.md."""
