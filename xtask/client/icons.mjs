// Draws the PNG icons from public/icons/icon.svg. Run by hand when the icon has changed:
//
//   CHROMIUM_PATH=$(which chromium) node xtask/client/icons.mjs
//
// They are written with a palette of 16 colours, a sixth of the size, because a first visit may load them.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { chromium } from '@playwright/test';

const FOLDER = 'public/icons';
// The sign has three colours; the others are its edges.
const COLOURS = 16;
const source = readFileSync(join(FOLDER, 'icon.svg'), 'utf8');

/** Fills the square to its corners, which the system cuts itself; the sign keeps to the middle. */
function fullBleed(share) {
  const shift = (512 * (1 - share)) / 2;
  return source
    .replace('rx="112"', '')
    .replace('<g id="sign">', `<g transform="translate(${shift} ${shift}) scale(${share})">`);
}

const icons = [
  { name: 'icon-192.png', size: 192, svg: source },
  { name: 'icon-512.png', size: 512, svg: source },
  // Only a circle of 80 % is sure to stay.
  { name: 'maskable-512.png', size: 512, svg: fullBleed(0.8) },
  { name: 'apple-touch-180.png', size: 180, svg: fullBleed(0.92) },
];

/** In the page: the picture as RGBA bytes, row by row. */
async function draw({ svg, size }) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0, size, size);
  return Array.from(context.getImageData(0, 0, size, size).data);
}

/** The 16 most frequent colours, and for each pixel the nearest of them. */
function indexed(rgba) {
  const pixels = Array.from({ length: rgba.length / 4 }, (_, i) => rgba.slice(4 * i, 4 * i + 4));
  const counts = new Map();
  for (const pixel of pixels) {
    counts.set(pixel.join(), (counts.get(pixel.join()) ?? 0) + 1);
  }
  const palette = [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, COLOURS)
    .map(([colour]) => colour.split(',').map(Number));
  const distance = (one, other) => one.reduce((sum, part, i) => sum + (part - other[i]) ** 2, 0);
  const nearest = new Map();
  const indices = pixels.map((pixel) => {
    const key = pixel.join();
    if (!nearest.has(key)) {
      const distances = palette.map((colour) => distance(colour, pixel));
      nearest.set(key, distances.indexOf(Math.min(...distances)));
    }
    return nearest.get(key);
  });
  return { palette, indices };
}

function png(size, { palette, indices }) {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.from(data)]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([4, 3], 8); // 4 bits a pixel, palette
  const rows = Array.from({ length: size }, (_, y) => {
    const row = indices.slice(y * size, (y + 1) * size);
    return [0, ...Array.from({ length: size / 2 }, (_, x) => (row[2 * x] << 4) | row[2 * x + 1])];
  });
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', palette.flatMap(([red, green, blue]) => [red, green, blue])),
    chunk('tRNS', palette.map(([, , , alpha]) => alpha)),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9, memLevel: 9 })),
    chunk('IEND', []),
  ]);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const page = await browser.newPage();
for (const { name, size, svg } of icons) {
  const rgba = await page.evaluate(draw, { svg, size });
  writeFileSync(join(FOLDER, name), png(size, indexed(rgba)));
}
await browser.close();
