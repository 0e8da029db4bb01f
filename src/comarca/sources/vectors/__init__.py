"""The user's vector files -> layers."""
