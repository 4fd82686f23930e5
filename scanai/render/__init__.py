"""Pictures and pages of finished reports. Nothing is measured or decided here."""
