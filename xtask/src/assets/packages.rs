//! The table of third-party packages: which version, which hash, and which of their files we keep.

/// Where a package is published.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin {
    /// A tar archive from npm.
    Npm,
    /// A wheel from PyPI.
    PyPi,
}

/// Files of an unpacked archive, and what they are called under third_party/NAME/.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pick {
    /// One file.
    File {
        from: &'static str,
        to: &'static str,
    },
    /// Some files of one folder.
    Named {
        from: &'static str,
        to: &'static str,
        names: &'static [&'static str],
    },
    /// Every file below a folder whose name ends so.
    Tree {
        from: &'static str,
        to: &'static str,
        suffix: &'static str,
    },
    /// The `fixtures.json` of every component folder, named after the component.
    FixtureOfEach {
        from: &'static str,
        to: &'static str,
    },
}

/// The licence of what we keep.
#[derive(Debug, Clone, Copy)]
pub(super) enum Licence {
    /// MIT, with its copyright line.
    Mit(&'static str),
    /// Another, in words.
    Words(&'static str),
}

/// One package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) origin: Origin,
    pub(super) archive: &'static str,
    pub(super) sha256: &'static str,
    /// Its licence, which the archive names but does not carry.
    pub(super) licence: Licence,
    pub(super) picks: &'static [Pick],
}

const IMAGES: &str = "package/dist/nhsuk/assets/images";
const ICONS: &[&str] = &[
    "nhsuk-icon-arrow-down.svg",
    "nhsuk-icon-arrow-up-down.svg",
    "nhsuk-icon-arrow-up.svg",
    "nhsuk-icon-cross.svg",
];

/// All of them. The pictures are only those that the style sheet asks for: no logo, no favicon, no font.
pub(super) const PACKAGES: &[Package] = &[
    Package {
        name: "nhsuk-frontend",
        version: "10.6.1",
        origin: Origin::Npm,
        archive: "nhsuk-frontend-10.6.1.tgz",
        sha256: "1af037bcb75237c4208809d3ac9a06522ccf61b2268221268ead3985bceb060b",
        licence: Licence::Mit("Copyright (c) 2019 NHS.UK"),
        picks: &[
            Pick::File {
                from: "package/dist/nhsuk/nhsuk-frontend.min.css",
                to: "nhsuk-frontend.min.css",
            },
            Pick::File {
                from: "package/dist/nhsuk/nhsuk-frontend.min.js",
                to: "nhsuk-frontend.min.js",
            },
            Pick::Named {
                from: IMAGES,
                to: "assets/images",
                names: ICONS,
            },
            Pick::FixtureOfEach {
                from: "package/dist/nhsuk/components",
                to: "fixtures",
            },
        ],
    },
    Package {
        name: "nhsuk-frontend-jinja",
        version: "0.10.2",
        origin: Origin::PyPi,
        archive: "nhsuk_frontend_jinja-0.10.2-py3-none-any.whl",
        sha256: "9aaade67fee172438690079d30d2d59c5c0bf3997121c67ce8dcd3a4afb3e1d8",
        licence: Licence::Mit(
            "Copyright (c) Mat Moore and the contributors of nhsuk-frontend-jinja",
        ),
        picks: &[Pick::Tree {
            from: "nhsuk_frontend_jinja/templates",
            to: "templates",
            suffix: ".jinja",
        }],
    },
    // One photograph, for the demo's message and the tests.
    Package {
        name: "scikit-image",
        version: "0.22.0",
        origin: Origin::PyPi,
        archive: "scikit_image-0.22.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        sha256: "c5c378db54e61b491b9edeefff87e49fcf7fdf729bb93c777d7a5f15d36f743e",
        licence: Licence::Words(RETINA),
        picks: &[Pick::File {
            from: "skimage/data/retina.jpg",
            to: "retina.jpg",
        }],
    },
];

const RETINA: &str = "\
retina.jpg: \"Fundus photograph of normal left eye\", Mikael Häggström, 2014
(\"Medical gallery of Mikael Häggström 2014\", WikiJournal of Medicine 1 (2),
doi:10.15347/wjm/2014.008).

Made available under the Creative Commons CC0 1.0 Universal Public Domain
Dedication, as the package that it comes in documents.
";

impl Package {
    /// The licence's text.
    pub(super) fn licence_text(&self) -> String {
        match self.licence {
            Licence::Mit(copyright) => format!("MIT License\n\n{copyright}\n\n{MIT}"),
            Licence::Words(text) => text.to_owned(),
        }
    }
}

const MIT: &str = r#"Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"#;
