"""Territory indicators for rural development research."""

import os

from comarca.guards.gdal import ENVIRONMENT

# GDAL reads them as soon as it is imported.
os.environ.update(ENVIRONMENT)

__version__ = "0.1.0"
