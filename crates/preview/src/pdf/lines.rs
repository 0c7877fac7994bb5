//! From letters at places to lines of words.
//!
//! A PDF knows letters, not words: a number may be set digit by digit into boxes, or its groups may be
//! drawn in any order. So letters are put on lines by where they stand, and spaces where the gaps are
//! wider than is usual on that line. The order in which the document draws them is kept as a second
//! text, because columns read across may tear apart what belongs together.

/// One letter where it stands, turned so that it reads from left to right.
#[derive(Clone)]
pub(super) struct Glyph {
    text: String,
    /// In whole degrees, 0 to 359: which way the line runs.
    angle: u16,
    start: f64,
    end: f64,
    /// Downwards.
    base: f64,
    size: f64,
}

impl Glyph {
    /// A letter that stands at `from`, with the next one due at `to`; `up` and `along` are where one em
    /// above and beside it would be. None if that is no place.
    pub(super) fn new(
        text: String,
        from: (f64, f64),
        to: (f64, f64),
        up: (f64, f64),
        along: (f64, f64),
    ) -> Option<Self> {
        let length = |to: (f64, f64)| (to.0 - from.0).hypot(to.1 - from.1);
        let numbers = [from.0, from.1, to.0, to.1, up.0, up.1, along.0, along.1];
        if !numbers.iter().all(|n| n.is_finite() && n.abs() < 1.0e7) {
            return None;
        }
        let radians = (along.1 - from.1).atan2(along.0 - from.0);
        let degrees = radians.to_degrees().round().rem_euclid(360.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let start = from.0 * cos + from.1 * sin;
        Some(Self {
            text,
            angle: whole(degrees),
            start,
            end: start + length(to),
            base: from.1 * cos - from.0 * sin,
            size: length(up).max(0.1),
        })
    }
}

/// Degrees as a whole number; 360 is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded and between 0 and 360 before it comes here"
)]
fn whole(degrees: f64) -> u16 {
    (degrees as u16) % 360
}

/// The letters as text: line by line, then, if it reads otherwise, as they were drawn.
pub(super) fn text(glyphs: &[Glyph]) -> String {
    let mut angles: Vec<u16> = glyphs.iter().map(|glyph| glyph.angle).collect();
    angles.sort_unstable();
    angles.dedup();
    let mut read = String::new();
    for angle in angles {
        let turned = glyphs.iter().filter(|glyph| glyph.angle == angle);
        for line in by_place(turned.collect()) {
            write_line(&mut read, &line);
        }
    }
    let mut drawn = String::new();
    for line in as_drawn(glyphs) {
        write_line(&mut drawn, &line);
    }
    if drawn != read {
        read.push('\u{c}');
        read.push_str(&drawn);
    }
    read
}

/// Lines from top to bottom, each from left to right; a letter drawn twice in a place is there once.
fn by_place(mut glyphs: Vec<&Glyph>) -> Vec<Vec<&Glyph>> {
    glyphs.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut lines: Vec<Vec<&Glyph>> = Vec::new();
    let mut line_base = f64::NEG_INFINITY;
    for glyph in glyphs {
        match lines.last_mut() {
            Some(line) if glyph.base - line_base <= glyph.size * 0.35 => line.push(glyph),
            _ => {
                line_base = glyph.base;
                lines.push(vec![glyph]);
            }
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.start.total_cmp(&b.start));
        line.dedup_by(|b, a| {
            a.text == b.text && b.start - a.start < (a.end - a.start).min(a.size) * 0.3
        });
    }
    lines
}

/// The letters in the order of drawing; a new line wherever the next one is not to the right on the
/// same line.
fn as_drawn(glyphs: &[Glyph]) -> Vec<Vec<&Glyph>> {
    let mut lines: Vec<Vec<&Glyph>> = Vec::new();
    for glyph in glyphs {
        let goes_on = |last: &&Glyph| {
            last.angle == glyph.angle
                && (last.base - glyph.base).abs() <= glyph.size * 0.35
                && glyph.start >= last.start
        };
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(goes_on) => line.push(glyph),
            _ => lines.push(vec![glyph]),
        }
    }
    lines
}

/// Writes a line, with a space where a gap is wider than the usual one of this line by a sixth of an em,
/// and a tab where it is three ems.
fn write_line(out: &mut String, line: &[&Glyph]) {
    let gap = |pair: &[&Glyph]| match pair {
        [a, b] => (b.start - a.end) / a.size.max(b.size),
        _ => 0.0,
    };
    let mut gaps: Vec<f64> = line.windows(2).map(gap).collect();
    let mut sorted = gaps.clone();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    // A line that is set far apart, letter by letter, has wide gaps only.
    let space = usual.clamp(0.0, 1.5) + 0.16;
    gaps.push(0.0);
    for (glyph, gap) in line.iter().zip(gaps) {
        out.push_str(&glyph.text);
        let spaced = out.ends_with(char::is_whitespace);
        if gap > space.max(3.0) {
            out.push('\t');
        } else if gap > space && !spaced {
            out.push(' ');
        }
    }
    out.push('\n');
}
