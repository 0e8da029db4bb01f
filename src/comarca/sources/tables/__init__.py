"""The user's tables -> layers."""
