//! What can't be used of the settings, in words for the person who sets them.

use super::{NHS_NUMBER_MARK, RecordSystemSettings, address};

/// A setting, as the settings screen knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The platform's address.
    PlatformUrl,
    /// The record system's address.
    RecordSystemUrl,
    /// The address of a record's page.
    RecordUrlTemplate,
    /// The folder.
    FolderPath,
    /// The file that says who uses the record system.
    CurrentUserFile,
}

/// A setting that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    /// Which.
    pub field: Field,
    /// Why, as a sentence.
    pub words: String,
}

fn fault(field: Field, words: &str) -> SettingsFault {
    let words = words.to_owned();
    SettingsFault { field, words }
}

/// What is wrong with the platform's address.
pub(super) fn platform(url: &str) -> Vec<SettingsFault> {
    let checked = address::check(url);
    let fault = |why| {
        fault(
            Field::PlatformUrl,
            &format!("The platform\u{2019}s address {why}."),
        )
    };
    checked.err().map(fault).into_iter().collect()
}

/// What is wrong with the record system's settings.
pub(super) fn record_system(settings: &RecordSystemSettings) -> Vec<SettingsFault> {
    let mut faults = Vec::new();
    match settings {
        RecordSystemSettings::FhirR4 {
            url,
            record_url_template,
        } => {
            if let Err(why) = address::check(url) {
                let words = format!("The record system\u{2019}s address {why}.");
                faults.push(fault(Field::RecordSystemUrl, &words));
            }
            if let Some(template) = record_url_template {
                faults.extend(page(template));
            }
        }
        RecordSystemSettings::Folder {
            path,
            current_user_file,
        } => {
            if !path.is_absolute() {
                let words = "The folder must be given with its whole path.";
                faults.push(fault(Field::FolderPath, words));
            }
            if current_user_file
                .as_ref()
                .is_some_and(|file| !file.is_absolute())
            {
                let words =
                    "The file that says who is signed in must be given with its whole path.";
                faults.push(fault(Field::CurrentUserFile, words));
            }
        }
    }
    faults
}

fn page(template: &str) -> Option<SettingsFault> {
    let field = Field::RecordUrlTemplate;
    if !template.contains(NHS_NUMBER_MARK) {
        let words = format!("The address of a record must contain {NHS_NUMBER_MARK}.");
        return Some(fault(field, &words));
    }
    let example = template.replace(NHS_NUMBER_MARK, "9999999999");
    let why = address::secure(&example).err()?;
    Some(fault(field, &format!("The address of a record {why}.")))
}
