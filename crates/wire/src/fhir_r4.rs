//! FHIR R4, as toolbar and record system speak it.
