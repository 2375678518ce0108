"""Cases as HL7 FHIR R4 Bundles shaped by mCODE STU4, out and in; one idea a module."""
