// A photo as a phone's camera makes it: large, lying on its side, with the place where it was taken.

import type { Page } from '@playwright/test';

/** Words that stand in the file's EXIF data, beside the coordinates. */
export const SECRET = 'taken-at-the-north-gate';

/** As the camera holds it; upright it is 3000 × 4000. */
const WIDTH = 4000;
const HEIGHT = 3000;

/** A JPEG file, left half red, of grain that does not compress well. */
export async function photograph(page: Page): Promise<Buffer> {
  const jpeg = await drawn(page, WIDTH, HEIGHT, 60_000);
  return Buffer.concat([jpeg.subarray(0, 2), exif(), jpeg.subarray(2)]);
}

/** A smaller one that is quickly taken in and still travels in several pieces. */
export const smallPhotograph = (page: Page): Promise<Buffer> => drawn(page, 1_600, 1_200, 30_000);

async function drawn(page: Page, width: number, height: number, grains: number): Promise<Buffer> {
  const url = await page.evaluate(([width, height, grains]) => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'teal';
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'crimson';
    context.fillRect(0, 0, width / 2, height);
    let grain = 7;
    for (let at = 0; at < grains; at += 1) {
      grain = (grain * 1_103_515_245 + 12_345) % 2_147_483_648;
      context.fillStyle = `rgba(${grain % 256}, ${(grain >> 8) % 256}, ${(grain >> 16) % 256}, .5)`;
      context.fillRect(grain % width, (grain >> 7) % height, 9, 9);
    }
    return canvas.toDataURL('image/jpeg', 0.9);
  }, [width, height, grains]);
  return Buffer.from(url.split(',')[1], 'base64');
}

/** Degrees, minutes and seconds as a camera writes them: 28°58′ N, 118°52′ E. */
export const PLACE = Buffer.alloc(48);
[28, 1, 58, 1, 0, 1, 118, 1, 52, 1, 0, 1].forEach((value, at) => PLACE.writeUInt32LE(value, at * 4));

/** An APP1 segment: turned by 90°, with its place and a description. */
function exif(): Buffer {
  const description = Buffer.from(`${SECRET}\0`);
  const entry = (tag: number, type: number, count: number, value: number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const list = (entries: Buffer[]) => {
    const count = Buffer.alloc(2);
    count.writeUInt16LE(entries.length);
    return Buffer.concat([count, ...entries, Buffer.alloc(4)]);
  };
  const HEADER = 8;
  const first = HEADER + 2 + 3 * 12 + 4;
  const place = first + description.length;
  const degrees = place + 2 + 4 * 12 + 4;
  const tiff = Buffer.concat([
    Buffer.from([0x49, 0x49, 0x2a, 0, HEADER, 0, 0, 0]),
    list([
      entry(0x010e, 2, description.length, first),
      entry(0x0112, 3, 1, 6),
      entry(0x8825, 4, 1, place),
    ]),
    description,
    list([
      entry(1, 2, 2, 'N'.charCodeAt(0)),
      entry(2, 5, 3, degrees),
      entry(3, 2, 2, 'E'.charCodeAt(0)),
      entry(4, 5, 3, degrees + 24),
    ]),
    PLACE,
  ]);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}
