"""Made-up cases that tests run the workflow on."""
