"""Territory indicators for rural development research."""

__version__ = "0.1.0"
