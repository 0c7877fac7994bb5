//! Made-up people: practices, practitioners and the patients of the shipped file.

/// A practice that exists only here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// ODS code.
    pub ods_code: String,
    /// Name, for people.
    pub name: String,
}

/// A practice user that exists only here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practitioner {
    /// Spine User ID: twelve digits.
    pub spine_user_id: String,
    /// Name, for people.
    pub name: String,
}

/// The practice that `baton up` starts with.
pub fn riverside() -> Practice {
    practice("GPPRAC001", "Riverside Test Practice")
}

/// The practitioners of [`riverside`]; the first is the one that `up` signs in.
pub fn riverside_practitioners() -> Vec<Practitioner> {
    vec![
        practitioner("555000000101", "Dr Amara Okafor"),
        practitioner("555000000102", "Dr Tom Llewellyn"),
        practitioner("555000000103", "Sister Grace Adeyemi"),
    ]
}

/// A second practice, for tests of what must not cross from one to another.
pub fn hillside() -> Practice {
    practice("GPPRAC002", "Hillside Test Practice")
}

/// The practitioners of [`hillside`].
pub fn hillside_practitioners() -> Vec<Practitioner> {
    vec![practitioner("555000000201", "Dr Mei Chen")]
}

/// The NHS number of the patient that the documented sample requests name.
pub const SAMPLE_NHS_NUMBER: &str = "9547852140";

/// The shipped patient file, `test-pas-patients.json`: 50 made-up patients.
pub fn patients_json() -> &'static str {
    include_str!("../../../sdk-kit/test-pas-patients.json")
}

/// The shipped people of the PKB sandbox, `pkb-patients.json`: made up, most of them patients of the Test PAS.
pub fn pkb_patients_json() -> &'static str {
    include_str!("../../../sdk-kit/pkb-patients.json")
}

fn practice(ods_code: &str, name: &str) -> Practice {
    Practice {
        ods_code: ods_code.to_owned(),
        name: name.to_owned(),
    }
}

fn practitioner(spine_user_id: &str, name: &str) -> Practitioner {
    Practitioner {
        spine_user_id: spine_user_id.to_owned(),
        name: name.to_owned(),
    }
}
