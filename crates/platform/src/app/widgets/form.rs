//! A widget's registration, read and checked: every fault at once, in document order, and no value repeated.

use httpkit::problem::Refusal;
use intake::{Faults, Members, Node, Place};
use model::Secret;
use model::widget::{
    Content, EncryptionSecret, Fault, Icon, LaunchUrl, Method, Name, Needs, Reach,
};

const NAMES: [&str; 7] = [
    "name",
    "icon",
    "launchUrl",
    "encryptionSecret",
    "encryptionMethod",
    "requiresUserData",
    "requiresPatientData",
];

/// A registration without faults.
pub(crate) struct Form {
    pub(crate) content: Content,
    pub(crate) secret: EncryptionSecret,
}

/// Reads a registration.
///
/// # Errors
/// 400 with every fault.
pub(crate) fn read(root: &Node, reach: Reach) -> Result<Form, Refusal> {
    let mut faults = Faults::default();
    let form = members(root, reach, &mut faults);
    form.filter(|_| faults.is_empty())
        .ok_or_else(|| faults.refusal())
}

fn members(root: &Node, reach: Reach, faults: &mut Faults) -> Option<Form> {
    let members = Members::of(root, &NAMES, Place::root(), faults)?;
    let name = text(&members, "name", faults, Name::parse);
    let icon = text(&members, "icon", faults, Icon::parse);
    let launch_url = text(&members, "launchUrl", faults, |text| {
        LaunchUrl::parse(text, reach)
    });
    let secret = secret(&members, faults);
    let method = method(&members, faults);
    let needs = needs(&members, faults);
    Some(Form {
        content: Content {
            name: name?,
            icon: icon?,
            launch_url: launch_url?,
            needs: needs?,
            method: method?,
        },
        secret: secret?,
    })
}

fn text<T>(
    members: &Members<'_>,
    name: &str,
    faults: &mut Faults,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let (place, text) = members.required_text(name, faults)?;
    let read = parse(text);
    // What stood there is never told back: it may be the secret, in the wrong place.
    if let Err(fault) = &read {
        faults.add(&place, &fault.to_string());
    }
    read.ok()
}

fn secret(members: &Members<'_>, faults: &mut Faults) -> Option<EncryptionSecret> {
    let (place, text) = members.required_text("encryptionSecret", faults)?;
    let read = EncryptionSecret::parse(Secret::new(text.to_owned()));
    if let Err(fault) = &read {
        faults.add(&place, &fault.to_string());
    }
    read.ok()
}

fn method(members: &Members<'_>, faults: &mut Faults) -> Option<Method> {
    let found = members.find("encryptionMethod");
    if found.node.is_none() {
        return Some(Method::default());
    }
    let (place, text) = members.optional_text("encryptionMethod", faults)?;
    let read = Method::parse(text);
    if let Err(fault) = &read {
        faults.add(&place, &fault.to_string());
    }
    read.ok()
}

fn needs(members: &Members<'_>, faults: &mut Faults) -> Option<Needs> {
    let user = members.required_flag("requiresUserData", faults);
    let patient = members.required_flag("requiresPatientData", faults);
    let ((place, user), (_, patient)) = (user?, patient?);
    let needs = Needs::of(user, patient);
    if let Err(fault) = &needs {
        faults.add(&place, &fault.to_string());
    }
    needs.ok()
}
