//! `baton send` and `baton status`: a message by hand, through the gateway.

use super::gateway::AtGateway;
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(ClapArgs)]
pub(crate) struct Send {
    #[command(flatten)]
    pub(crate) at: AtGateway,
    /// Documents: PDF, JPEG or text, by the endings `.pdf`, `.jpg`, `.jpeg`, `.txt`.
    #[arg(required_unless_present = "consultation", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// A text that is filed as consultation notes. Repeat it for several.
    #[arg(long, value_name = "FILE")]
    pub(crate) consultation: Vec<PathBuf>,
    /// ODS code of the practice.
    #[arg(long, value_name = "ODS")]
    pub(crate) to: String,
    /// NHS number of the patient.
    #[arg(long, value_name = "NHS")]
    pub(crate) patient: String,
    /// A word to the practice.
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    /// A coded item: `248223005`, or with a measured value `407554009=140 mmHg`. Repeat it for several.
    #[arg(long = "code", value_name = "SNOMED[=VALUE UNIT]", value_parser = coded)]
    pub(crate) codes: Vec<Coded>,
    /// What it is about; `baton platform topic list` shows the platform's topics.
    #[arg(long, default_value = model::topic::DISPENSE_EVENT)]
    pub(crate) topic: String,
    /// In whose name an instant message goes; without it, the practitioner of `up`.
    #[arg(long, value_name = "ID", conflicts_with = "standard")]
    pub(crate) user: Option<String>,
    /// Have it reviewed at the practice, instead of filed under a practitioner's authorisation.
    #[arg(long)]
    pub(crate) standard: bool,
    /// When it ends, such as `2026-12-24T12:00:00Z`; 30 days from now without it.
    #[arg(long, value_name = "TIME")]
    pub(crate) expiry: Option<jiff::Timestamp>,
    /// Its id, a UUID; the same again sends nothing twice.
    #[arg(long, value_name = "UUID")]
    pub(crate) id: Option<String>,
    /// Only say whether it would be taken.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) dry_run: bool,
    /// File for the picture of what the practice will see (SVG).
    #[arg(long, value_name = "FILE", requires = "dry_run")]
    pub(crate) preview: Option<PathBuf>,
    /// Return when the message has come to its end, or a person must act.
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(ClapArgs)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) at: AtGateway,
    /// The message's id.
    pub(crate) id: String,
    /// Show every change until the message has come to its end.
    #[arg(long)]
    pub(crate) watch: bool,
}

/// A coded item of the command line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coded {
    /// The SNOMED CT code, unchecked.
    pub(crate) code: String,
    /// A number, kept as it was written.
    pub(crate) value: Option<serde_json::Number>,
    /// Its unit.
    pub(crate) unit: Option<String>,
}

fn coded(text: &str) -> Result<Coded, &'static str> {
    const FORM: &str = "write CODE, or CODE=VALUE UNIT, such as 407554009=140 mmHg";
    let (code, measured) = match text.split_once('=') {
        Some((code, measured)) => (code, Some(measured.trim())),
        None => (text, None),
    };
    let code = code.trim();
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORM);
    }
    let (value, unit) = match measured {
        Some(measured) => {
            let (number, unit) = match measured.split_once(char::is_whitespace) {
                Some((number, unit)) => (number, Some(unit.trim())),
                None => (measured, None),
            };
            let number = serde_json::from_str(number).map_err(|_| FORM)?;
            (Some(number), unit)
        }
        None => (None, None),
    };
    Ok(Coded {
        code: code.to_owned(),
        value,
        unit: unit.filter(|unit| !unit.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coded_item_is_a_code_and_perhaps_a_value_with_a_unit() {
        let read = |text| coded(text).map(|item| (item.code, item.value, item.unit));
        let owned = |text: &str| text.to_owned();
        assert_eq!(read("248223005"), Ok((owned("248223005"), None, None)));
        assert_eq!(
            read("407554009=140 mmHg"),
            Ok((owned("407554009"), Some(140.into()), Some(owned("mmHg"))))
        );
        let (_, value, unit) = read("276885007 = 37.5  °C").unwrap();
        assert_eq!(value.unwrap().to_string(), "37.5");
        assert_eq!(unit.unwrap(), "°C");
        assert_eq!(read("1=2").unwrap().2, None);
        for bad in ["", "x", "=3", "12=", "12=high", "12=1e999999x", "12=NaN"] {
            assert!(coded(bad).is_err(), "{bad}");
        }
    }
}
