//! Where a photo was taken, as its camera wrote it (EXIF 2.3): carried over into a photo that is drawn anew, and nothing
//! else of what the camera wrote. Only for forms that ask for it.

/// How many bytes of a file are enough to look for it: cameras write it first.
pub const LOOKED_AT: usize = 256 * 1024;

/// Begins the segment that cameras write into.
const EXIF: &[u8] = b"Exif\0\0";
/// The list of the place's tags, in the first list.
const PLACE: u16 = 0x8825;
/// North or south, degrees, east or west, degrees. What else stands there (altitude, time, bearing) stays behind.
const KEPT: [u16; 4] = [1, 2, 3, 4];
/// A tag in a list: its number, its type, how many, and its value or where that stands.
const ENTRY: usize = 12;

/// A JPEG file's segment with nothing but the place; `None` where the original does not say it.
pub fn place_of(original: &[u8]) -> Option<Vec<u8>> {
    let tiff = Tiff::of(segment(original)?)?;
    let pointer = tiff.tag(tiff.long(4)?, PLACE)?;
    let kept: Vec<usize> = tiff
        .entries(tiff.long(pointer + 8)?)?
        .filter(|entry| tiff.short(*entry).is_some_and(|tag| KEPT.contains(&tag)))
        .collect();
    let [_, _, _, _] = kept.as_slice() else {
        return None;
    };
    tiff.rewritten(&kept)
}

/// The place in a segment of [`place_of`], as a person reads it: degrees, minutes and whole seconds.
pub fn place_in_words(segment: &[u8]) -> Option<String> {
    let tiff = Tiff::of(segment.get(4..)?.strip_prefix(EXIF)?)?;
    let pointer = tiff.tag(tiff.long(4)?, PLACE)?;
    let list = tiff.long(pointer + 8)?;
    let side = |letter: u16, degrees: u16, letters: [u8; 2]| {
        let letter = *tiff.bytes.get(tiff.tag(list, letter)? + 8)?;
        let entry = tiff.tag(list, degrees)?;
        // Three fractions, of which a camera may give any with decimals.
        let from = tiff
            .long(entry + 8)
            .filter(|_| tiff.length(entry) == Some(24))?;
        let mut seconds = 0;
        for (n, unit) in [(0, 3_600), (1, 60), (2, 1)] {
            let (over, under) = (tiff.long(from + n * 8)?, tiff.long(from + n * 8 + 4)?);
            seconds += match over {
                0 => 0,
                over => (over as u64 * unit).checked_div(under as u64)?,
            };
        }
        let known = letters.contains(&letter) && seconds <= 180 * 3_600;
        known.then(|| {
            let (minutes, letter) = (seconds / 60, char::from(letter));
            format!(
                "{}°{}′{}″{letter}",
                minutes / 60,
                minutes % 60,
                seconds % 60
            )
        })
    };
    Some(format!("{} {}", side(1, 2, *b"NS")?, side(3, 4, *b"EW")?))
}

/// A JPEG file with this segment as its first.
pub fn with_place(mut jpeg: Vec<u8>, segment: &[u8]) -> Vec<u8> {
    if jpeg.starts_with(&[0xff, 0xd8]) {
        jpeg.splice(2..2, segment.iter().copied());
    }
    jpeg
}

/// What stands behind the mark of the segment that a camera wrote.
fn segment(jpeg: &[u8]) -> Option<&[u8]> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, kind, high, low, ..] = *rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let body = rest.get(4..2 + length)?;
        // The picture itself begins.
        if kind == 0xda {
            return None;
        }
        if let (0xe1, Some(tiff)) = (kind, body.strip_prefix(EXIF)) {
            return Some(tiff);
        }
        rest = rest.get(2 + length..)?;
    }
}

/// Numbered from its own beginning, in the byte order that it names.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            [b'I', b'I', 42, 0] => true,
            [b'M', b'M', 0, 42] => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match self.little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number = match self.little {
            true => u32::from_le_bytes(bytes),
            false => u32::from_be_bytes(bytes),
        };
        usize::try_from(number).ok()
    }

    /// Where each tag of a list stands.
    fn entries(&self, list: usize) -> Option<impl Iterator<Item = usize>> {
        let count = usize::from(self.short(list)?);
        let from = list.checked_add(2)?;
        // A list that says it is longer than the file has no tags at all.
        self.bytes.get(from..from.checked_add(count * ENTRY)?)?;
        Some((0..count).map(move |n| from + n * ENTRY))
    }

    /// Where a tag of a list stands.
    fn tag(&self, list: usize, tag: u16) -> Option<usize> {
        self.entries(list)?
            .find(|entry| self.short(*entry) == Some(tag))
    }

    /// How many bytes a tag's value has.
    fn length(&self, entry: usize) -> Option<usize> {
        let each = match self.short(entry + 2)? {
            1 | 2 | 7 => 1,
            3 => 2,
            4 | 9 => 4,
            5 | 10 => 8,
            _ => return None,
        };
        // A place needs three fractions; what says more is none.
        self.long(entry + 4)?
            .checked_mul(each)
            .filter(|length| *length <= 64)
    }

    fn put(&self, into: &mut Vec<u8>, number: usize) -> Option<()> {
        let number = u32::try_from(number).ok()?;
        into.extend(match self.little {
            true => number.to_le_bytes(),
            false => number.to_be_bytes(),
        });
        Some(())
    }

    fn put_short(&self, into: &mut Vec<u8>, number: u16) {
        into.extend(match self.little {
            true => number.to_le_bytes(),
            false => number.to_be_bytes(),
        });
    }

    /// A segment with these tags of the place alone.
    fn rewritten(&self, kept: &[usize]) -> Option<Vec<u8>> {
        let mut tiff = self.bytes.get(..4)?.to_vec();
        self.put(&mut tiff, 8)?;
        self.put_short(&mut tiff, 1);
        self.put_short(&mut tiff, PLACE);
        self.put_short(&mut tiff, 4);
        self.put(&mut tiff, 1)?;
        let list = tiff.len() + 8;
        self.put(&mut tiff, list)?;
        self.put(&mut tiff, 0)?;
        self.put_short(&mut tiff, u16::try_from(kept.len()).ok()?);
        let mut values_at = list + 2 + kept.len() * ENTRY + 4;
        let mut values = Vec::new();
        for entry in kept {
            let length = self.length(*entry)?;
            let head = self.bytes.get(*entry..entry + 8)?;
            tiff.extend_from_slice(head);
            if length <= 4 {
                tiff.extend_from_slice(self.bytes.get(entry + 8..entry + ENTRY)?);
                continue;
            }
            let from = self.long(entry + 8)?;
            let value = self.bytes.get(from..from.checked_add(length)?)?;
            self.put(&mut tiff, values_at)?;
            values_at += length;
            values.extend_from_slice(value);
        }
        self.put(&mut tiff, 0)?;
        tiff.append(&mut values);
        let length = u16::try_from(2 + EXIF.len() + tiff.len()).ok()?;
        let mut segment = vec![0xff, 0xe1];
        segment.extend(length.to_be_bytes());
        segment.extend_from_slice(EXIF);
        segment.append(&mut tiff);
        Some(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NORTH: [u8; 24] = *b"\x1c\0\0\0\x01\0\0\0\x3a\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0";
    const EAST: [u8; 24] = *b"\x76\0\0\0\x01\0\0\0\x34\0\0\0\x01\0\0\0\x09\0\0\0\x01\0\0\0";
    const SECRET: &[u8] = b"taken-at-the-gate\0";

    fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value);
        bytes
    }

    /// What a camera writes: turned by 90°, described, at 28°58′ N 118°52′9″ E, 70 m high.
    fn photo() -> Vec<u8> {
        let secret_at = 8 + 2 + 3 * 12 + 4;
        let place_at = secret_at + SECRET.len() as u32;
        let values_at = place_at + 2 + 5 * 12 + 4;
        let mut tiff = b"II*\0\x08\0\0\0\x03\0".to_vec();
        let length = SECRET.len() as u32;
        tiff.extend(entry(0x010e, 2, length, secret_at.to_le_bytes()));
        tiff.extend(entry(0x0112, 3, 1, [6, 0, 0, 0]));
        tiff.extend(entry(PLACE, 4, 1, place_at.to_le_bytes()));
        tiff.extend([0; 4]);
        tiff.extend(SECRET);
        tiff.extend([5, 0]);
        tiff.extend(entry(1, 2, 2, *b"N\0\0\0"));
        tiff.extend(entry(2, 5, 3, values_at.to_le_bytes()));
        tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
        tiff.extend(entry(4, 5, 3, (values_at + 24).to_le_bytes()));
        tiff.extend(entry(6, 5, 1, (values_at + 48).to_le_bytes()));
        tiff.extend([0; 4]);
        tiff.extend(NORTH);
        tiff.extend(EAST);
        tiff.extend(*b"\x46\0\0\0\x01\0\0\0");
        let mut jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xe1".to_vec();
        jpeg.extend((2 + EXIF.len() as u16 + tiff.len() as u16).to_be_bytes());
        jpeg.extend(EXIF);
        jpeg.extend(tiff);
        jpeg.extend(b"\xff\xda\0\x02picture");
        jpeg
    }

    fn holds(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn the_place_comes_along_and_nothing_else() {
        let place = place_of(&photo()).unwrap();
        assert!(holds(&place, &NORTH) && holds(&place, &EAST));
        assert!(!holds(&place, SECRET) && !holds(&place, &[0x12, 0x01]));
        let drawn = with_place(
            b"\xff\xd8\xff\xe0\0\x04cd\xff\xda\0\x02small".to_vec(),
            &place,
        );
        // What was written reads as it was, and again the same.
        assert_eq!(place_of(&drawn), Some(place));
        assert!(drawn.ends_with(b"small") && drawn.starts_with(b"\xff\xd8\xff\xe1"));
    }

    #[test]
    fn a_place_is_read_as_degrees_minutes_and_seconds() {
        let place = place_of(&photo()).unwrap();
        let words = place_in_words(&place).unwrap();
        assert_eq!(words, "28°58′0″N 118°52′9″E");
        // As others write it: minutes with decimals, and no seconds.
        let decimal = |minutes: u32| {
            let mut bytes = NORTH.to_vec();
            bytes.splice(
                8..16,
                [minutes.to_le_bytes(), 1_000_u32.to_le_bytes()].concat(),
            );
            bytes.splice(16..24, [0; 8]);
            bytes
        };
        let at = place
            .windows(24)
            .position(|window| window == NORTH)
            .unwrap();
        let mut other = place.clone();
        other.splice(at..at + 24, decimal(58_250));
        let words = place_in_words(&other).unwrap();
        assert!(words.starts_with("28°58′15″N"), "{words}");
        // What is divided by nothing is no place, and nothing bent makes it fall.
        other.splice(at + 4..at + 8, [0; 4]);
        assert_eq!(place_in_words(&other), None);
        for at in 0..place.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bent = place.clone();
                bent[at] = value;
                let _ = place_in_words(&bent);
                let _ = place_in_words(&place[..at]);
            }
        }
    }

    #[test]
    fn what_is_cut_off_or_says_no_place_gives_none() {
        let whole = photo();
        for end in 0..whole.len() {
            // Never a panic; and up to where the place ends, none.
            let cut = place_of(&whole[..end]);
            assert!(cut.is_none() || end > whole.len() - 20, "{end}");
        }
        assert_eq!(place_of(b"\xff\xd8\xff\xda\0\x02"), None);
        assert_eq!(place_of(b"no photo"), None);
        for at in 0..whole.len() {
            for value in [0, 0x7f, 0xff] {
                let mut bent = whole.clone();
                bent[at] = value;
                let _ = place_of(&bent);
            }
        }
    }
}
