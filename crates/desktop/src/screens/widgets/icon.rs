//! The icons of the pack, as strokes on a grid of 24 by 24; an unknown name is its first letter.

mod medicine;
mod things;

use eframe::egui::{Align2, FontId, Painter, Pos2, Rect, Shape, Stroke, pos2};

/// One stroke of an icon.
enum Mark {
    /// Through these points.
    Line(&'static [(f32, f32)]),
    /// A circle: its middle and radius.
    Ring(f32, f32, f32),
    /// A filled circle: its middle and radius.
    Dot(f32, f32, f32),
}

use Mark::{Dot, Line, Ring};

/// Draws the icon called `name` into `square`.
pub(super) fn draw(painter: &Painter, square: Rect, name: &str, stroke: Stroke) {
    let marks = marks(name);
    let at = |x: f32, y: f32| -> Pos2 {
        pos2(
            square.left() + x / 24.0 * square.width(),
            square.top() + y / 24.0 * square.height(),
        )
    };
    if marks.is_empty() {
        let letter: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
        painter.rect_stroke(
            square.shrink(1.0),
            4.0,
            stroke,
            eframe::egui::StrokeKind::Inside,
        );
        painter.text(
            square.center(),
            Align2::CENTER_CENTER,
            letter,
            FontId::proportional(square.height() * 0.65),
            stroke.color,
        );
        return;
    }
    let scale = square.width() / 24.0;
    for mark in marks {
        match *mark {
            Line(points) => {
                let points = points.iter().map(|&(x, y)| at(x, y)).collect();
                painter.add(Shape::line(points, stroke));
            }
            Ring(x, y, r) => {
                painter.circle_stroke(at(x, y), r * scale, stroke);
            }
            Dot(x, y, r) => {
                painter.circle_filled(at(x, y), r * scale, stroke.color);
            }
        }
    }
}

/// The strokes of an icon; none for a name that is not in the pack.
fn marks(name: &str) -> &'static [Mark] {
    let marks = medicine::marks(name);
    if marks.is_empty() {
        things::marks(name)
    } else {
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::marks;

    #[test]
    fn every_icon_of_the_pack_is_drawn_and_no_other() {
        for name in [
            "calendar",
            "letter",
            "chart",
            "pill",
            "phone",
            "video",
            "form",
            "flask",
            "heart",
            "lungs",
            "bone",
            "baby",
            "brain",
            "eye",
            "tooth",
            "syringe",
            "ambulance",
            "people",
            "chat",
            "camera",
            "map",
            "book",
            "shield",
            "star",
        ] {
            assert!(!marks(name).is_empty(), "{name}");
        }
        assert!(marks("rocket").is_empty());
    }
}
