//! A photo made small on the phone: drawn anew upright, so that nothing is left of what the camera wrote into the
//! file; the place where it was taken only where the form asks for it.

use js_sys::{Promise, Uint8Array};
use ruyuan_domain::consts::PHOTO_LIMIT;
use ruyuan_sync::{
    photo_mark::{strip, text_height},
    photo_place::{LOOKED_AT, place_in_words, place_of, with_place},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap};

/// Media type of every photo that this makes.
pub const PHOTO_TYPE: &str = "image/jpeg";

/// Longest side, in pixels.
const LONGEST: u32 = 2_560;
/// What a photo should have at most, in bytes; the coarsest quality may have more.
const GOAL: f64 = 512.0 * 1024.0;
/// Tried in this order.
const QUALITIES: [f64; 4] = [0.85, 0.7, 0.55, 0.4];

/// A photo as it is stored.
#[derive(Debug)]
pub struct Picture {
    /// A JPEG file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Why a file is no photo that can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureError {
    /// Above 20 MB.
    TooLarge,
    /// Not a picture that this browser can show.
    Unreadable,
}

/// Makes a photo small; `location` keeps the place where it was taken, if its camera wrote it. The texts of a `mark` are
/// drawn onto it, and the place with them if it is kept.
///
/// # Errors
/// A file that is too large or that this browser cannot show (HEIC in most).
pub async fn shrunk(
    file: &File,
    location: bool,
    mark: Option<Vec<String>>,
) -> Result<Picture, PictureError> {
    if file.size() > PHOTO_LIMIT as f64 {
        return Err(PictureError::TooLarge);
    }
    let mut place = None;
    if location {
        let head = piece_of(file, 0, LOOKED_AT as u64).await;
        place = place_of(&head.map_err(|_| PictureError::Unreadable)?);
    }
    let drawn = draw(file).await;
    let (canvas, width, height) = drawn.map_err(|_| PictureError::Unreadable)?;
    if let Some(mut texts) = mark {
        texts.extend(place.as_deref().and_then(place_in_words));
        // A photo that was to be marked is not kept without it.
        draw_mark(&canvas, &texts).map_err(|_| PictureError::Unreadable)?;
    }
    let encoded = encoded(&canvas).await;
    // A phone gives back a canvas's memory late; the next photo needs it now.
    canvas.set_width(0);
    let mut bytes = encoded.map_err(|_| PictureError::Unreadable)?;
    if let Some(place) = place {
        bytes = with_place(bytes, &place);
    }
    Ok(Picture {
        bytes,
        width,
        height,
    })
}

/// Draws it upright, no larger than it may be.
async fn draw(file: &File) -> Result<(HtmlCanvasElement, u32, u32), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let document = window.document().ok_or(JsValue::NULL)?;
    let bitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?).await?;
    let bitmap: ImageBitmap = bitmap.dyn_into()?;
    let (width, height) = fitted(bitmap.width(), bitmap.height());
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let context = context_of(&canvas)?;
    let (right, bottom) = (f64::from(width), f64::from(height));
    // What is transparent would come out black.
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, right, bottom);
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, right, bottom)?;
    bitmap.close();
    Ok((canvas, width, height))
}

fn context_of(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    Ok(context.dyn_into()?)
}

/// Draws a dark strip over the lower edge, and light words onto it: readable on any photo.
fn draw_mark(canvas: &HtmlCanvasElement, texts: &[String]) -> Result<(), JsValue> {
    let context = context_of(canvas)?;
    let (width, height) = (canvas.width(), canvas.height());
    let text = text_height(width, height);
    // Whole pixels: the writing of fractions would be new to the download.
    context.set_font(&format!("{}px system-ui,sans-serif", text as u32));
    context.set_text_baseline("middle");
    let measure = |words: &str| context.measure_text(words).map_or(0.0, |size| size.width());
    let strip = strip(texts, width, height, measure);
    context.set_fill_style_str("rgba(0,0,0,.7)");
    let (right, bottom) = (f64::from(width), f64::from(height));
    context.fill_rect(0.0, strip.top, right, bottom - strip.top);
    context.set_fill_style_str("white");
    for (words, middle) in &strip.lines {
        context.fill_text(words, strip.left, *middle)?;
    }
    Ok(())
}

/// In whole pixels, none of them 0.
const fn fitted(width: u32, height: u32) -> (u32, u32) {
    let longest = if width > height { width } else { height };
    if longest <= LONGEST {
        return (width, height);
    }
    (
        at_least_one(width as u64 * LONGEST as u64 / longest as u64),
        at_least_one(height as u64 * LONGEST as u64 / longest as u64),
    )
}

const fn at_least_one(side: u64) -> u32 {
    if side == 0 { 1 } else { side as u32 }
}

/// The first quality that is small enough, or the coarsest.
async fn encoded(canvas: &HtmlCanvasElement) -> Result<Vec<u8>, JsValue> {
    let mut last = Err(JsValue::NULL);
    for quality in QUALITIES {
        let promise = Promise::new(&mut |resolve, reject| {
            let asked = canvas.to_blob_with_type_and_encoder_options(
                &resolve,
                PHOTO_TYPE,
                &JsValue::from_f64(quality),
            );
            if let Err(error) = asked {
                // A promise that nobody hears has nothing to say.
                drop(reject.call1(&JsValue::NULL, &error));
            }
        });
        let blob: Blob = JsFuture::from(promise).await?.dyn_into()?;
        let small = blob.size() <= GOAL;
        last = Ok(blob);
        if small {
            break;
        }
    }
    let bytes = JsFuture::from(last?.array_buffer()).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// Some bytes of a file.
///
/// # Errors
/// The file was moved or changed since it was chosen.
pub async fn piece_of(file: &File, from: u64, to: u64) -> Result<Vec<u8>, JsValue> {
    let piece = file.slice_with_f64_and_f64(from as f64, to as f64)?;
    let bytes = JsFuture::from(piece.array_buffer()).await?;
    Ok(Uint8Array::new(&bytes).to_vec())
}

/// The address under which this page can show these bytes. [`web_sys::Url::revoke_object_url`] gives it back.
///
/// # Errors
/// A browser without such addresses.
pub fn address_of(pieces: &js_sys::Array, media_type: &str) -> Result<String, JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_u8_array_sequence_and_options(pieces, &options)?;
    web_sys::Url::create_object_url_with_blob(&blob)
}
