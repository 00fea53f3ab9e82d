//! The sheet of plotters' SVG back end, in pixels, with inks in place of colours.

use super::Ink;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::{Color, DrawingArea, IntoFont, RGBColor, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};
use std::fmt::Write as _;

/// Times as large as it will be shown: the back end rounds to whole coordinates.
const SCALE: f64 = 8.0;

/// plotters' back end divides font sizes by this.
const FONT_DIVISOR: f64 = 1.24;

const DRAWN: &str = "drawing into a string cannot fail";

/// Which point of a text stands at its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A sheet to draw on; coordinates are pixels from the top left.
pub(super) struct Paper<'a> {
    area: DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
}

fn scaled((x, y): (f64, f64)) -> (i32, i32) {
    ((x * SCALE).round() as i32, (y * SCALE).round() as i32)
}

fn colour(ink: Ink) -> RGBColor {
    let ([red, green, blue], _) = ink.facts();
    RGBColor(red, green, blue)
}

fn stroke(ink: Ink, weight: f64) -> ShapeStyle {
    colour(ink).stroke_width((weight * SCALE).round() as u32)
}

impl Paper<'_> {
    /// The SVG element that `draw` leaves on a sheet of `size` pixels.
    pub(super) fn draw(size: (i32, i32), description: &str, draw: impl Fn(&Paper<'_>)) -> String {
        let mut text = String::new();
        let large = (
            size.0.unsigned_abs() * SCALE as u32,
            size.1.unsigned_abs() * SCALE as u32,
        );
        {
            let paper = Paper {
                area: SVGBackend::with_string(&mut text, large).into_drawing_area(),
            };
            draw(&paper);
            paper.area.present().expect(DRAWN);
        }
        dressed(&text, large, description)
    }

    pub(super) fn text(&self, text: &str, at: (f64, f64), size: f64, anchor: Anchor, ink: Ink) {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = ("sans-serif", size * SCALE * FONT_DIVISOR).into_font();
        let colour = colour(ink);
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        self.area.draw_text(text, &style, scaled(at)).expect(DRAWN);
    }

    pub(super) fn line(&self, points: &[(f64, f64)], weight: f64, ink: Ink) {
        if points.len() > 1 {
            let points: Vec<(i32, i32)> = points.iter().copied().map(scaled).collect();
            self.area
                .draw(&PathElement::new(points, stroke(ink, weight)))
                .expect(DRAWN);
        }
    }

    pub(super) fn dots(&self, points: &[(f64, f64)], radius: f64, ink: Ink) {
        for point in points.iter().copied().map(scaled) {
            let dot = Circle::new(point, (radius * SCALE).round() as i32, colour(ink).filled());
            self.area.draw(&dot).expect(DRAWN);
        }
    }

    /// The area between `points` and the row `bottom`.
    pub(super) fn area(&self, points: &[(f64, f64)], bottom: f64, ink: Ink) {
        if let ([first, ..], [.., last]) = (points, points) {
            let feet = [(last.0, bottom), (first.0, bottom)];
            let outline: Vec<(i32, i32)> =
                points.iter().chain(&feet).copied().map(scaled).collect();
            self.area
                .draw(&Polygon::new(outline, colour(ink).mix(0.25).filled()))
                .expect(DRAWN);
        }
    }

    /// What the closed outline `points` holds.
    pub(super) fn region(&self, points: &[(f64, f64)], ink: Ink) {
        if points.len() > 2 {
            let outline: Vec<(i32, i32)> = points.iter().copied().map(scaled).collect();
            self.area
                .draw(&Polygon::new(outline, colour(ink).mix(0.18).filled()))
                .expect(DRAWN);
        }
    }

    pub(super) fn rectangle(&self, from: (f64, f64), to: (f64, f64), ink: Ink, opacity: f64) {
        let style = colour(ink).mix(opacity).filled();
        self.area
            .draw(&Rectangle::new([scaled(from), scaled(to)], style))
            .expect(DRAWN);
    }
}

/// The back end's text with our root tag in place of its own, and a class beside every colour.
fn dressed(text: &str, (width, height): (u32, u32), description: &str) -> String {
    let body = text.split_once('\n').map_or("", |(_, body)| body);
    let mut body = body.replace(" opacity=\"1\"", "");
    for ink in Ink::ALL {
        let ([red, green, blue], class) = ink.facts();
        let hex = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
        body = body.replace(
            &format!("stroke={hex}"),
            &format!("class=\"stroke-{class}\" stroke={hex}"),
        );
        body = body.replace(
            &format!("fill={hex}"),
            &format!("class=\"fill-{class}\" fill={hex}"),
        );
    }
    let mut svg = String::new();
    let label = maud::html! { (description) }.into_string();
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\">\n{body}"
    )
    .expect("writing into a string cannot fail");
    svg
}
