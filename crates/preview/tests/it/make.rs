//! Makes PDFs, good ones and others.

use std::fmt::Write as _;

/// A PDF in the making. Object 1 is the catalogue, 2 the tree of pages, 3 the font Helvetica.
pub(crate) struct Maker {
    objects: Vec<Vec<u8>>,
    pages: Vec<usize>,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
        Self {
            objects: vec![Vec::new(), Vec::new(), font.to_vec()],
            pages: Vec::new(),
        }
    }

    /// Adds an object and tells its number.
    pub(crate) fn object(&mut self, content: impl Into<Vec<u8>>) -> usize {
        self.objects.push(content.into());
        self.objects.len()
    }

    /// Adds a stream with these entries in its dictionary.
    pub(crate) fn stream(&mut self, entries: &str, content: &[u8]) -> usize {
        let mut object = format!("<<{entries}/Length {}>>stream\n", content.len()).into_bytes();
        object.extend(content);
        object.extend(b"\nendstream");
        self.object(object)
    }

    /// Adds a page of A4 with this content.
    pub(crate) fn page(&mut self, content: &str) -> usize {
        self.page_with("/MediaBox[0 0 595 842]", "", content)
    }

    /// Adds a page with these entries, and these among its resources.
    pub(crate) fn page_with(&mut self, entries: &str, resources: &str, content: &str) -> usize {
        let content = self.stream("", content.as_bytes());
        let page = format!(
            "<</Type/Page/Parent 2 0 R/Contents {content} 0 R{entries}/Resources<</Font<</F 3 0 R>>{resources}>>>>"
        );
        let page = self.object(page);
        self.pages.push(page);
        page
    }

    /// The file, with another catalogue than the usual one.
    pub(crate) fn finish_with_catalogue(mut self, catalogue: &str) -> Vec<u8> {
        self.objects[0] = catalogue.as_bytes().to_vec();
        self.finish()
    }

    /// The file, with one page that has this content: a reference, or an array of them.
    pub(crate) fn finish_with_content(mut self, content: &str) -> Vec<u8> {
        let page = self.object(format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents {content}>>"
        ));
        self.pages.push(page);
        self.finish()
    }

    /// The file.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let kids: Vec<String> = self
            .pages
            .iter()
            .map(|page| format!("{page} 0 R"))
            .collect();
        let kids = kids.join(" ");
        let tree = format!("<</Type/Pages/Count {}/Kids[{kids}]>>", self.pages.len());
        if self.objects[0].is_empty() {
            self.objects[0] = b"<</Type/Catalog/Pages 2 0 R>>".to_vec();
        }
        if self.objects[1].is_empty() {
            self.objects[1] = tree.into_bytes();
        }
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, object) in self.objects.iter().enumerate() {
            writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
            file.extend(format!("{} 0 obj\n", index + 1).bytes());
            file.extend(object);
            file.extend(b"\nendobj\n");
        }
        let start = file.len();
        file.extend(table.bytes());
        let trailer = format!(
            "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n",
            self.objects.len() + 1
        );
        file.extend(trailer.bytes());
        file
    }
}

/// Words at places, in points from the bottom left.
pub(crate) fn words(words: &[(f64, f64, &str)]) -> String {
    let one = |(x, y, text): &(f64, f64, &str)| {
        format!(
            "BT /F 12 Tf {x} {y} Td ({text}) Tj ET
"
        )
    };
    let words: Vec<String> = words.iter().map(one).collect();
    words.concat()
}

/// A letter of two pages.
pub(crate) fn letter() -> Vec<u8> {
    let mut maker = Maker::new();
    maker.page(&words(&[
        (72.0, 760.0, "Clinic letter"),
        (72.0, 740.0, "NHS number: 954 785 2140"),
        (72.0, 700.0, "Thank you for seeing this patient."),
    ]));
    maker.page(&words(&[(72.0, 760.0, "Page two")]));
    maker.finish()
}
