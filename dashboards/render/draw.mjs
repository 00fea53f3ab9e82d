// Draws a page in headless Chromium, asserts that everything on it has data, and keeps the picture.
//
//   node draw.mjs ADDRESS PICTURE.png [WIDTH]
//
// ADDRESS as src/main.jsx reads it. Ends with 1 and says why if a panel is missing or empty, a query found nothing, or the page complained.
import puppeteer from 'puppeteer-core';

const [address, picture, width = '1280'] = process.argv.slice(2);
const BROWSER = process.env.CHROMIUM || '/usr/bin/chromium';
const PANEL = '[data-testid^="data-testid Panel header"]';

const browser = await puppeteer.launch({
  executablePath: BROWSER,
  args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1'],
});
const wrong = [];
try {
  const page = await browser.newPage();
  await page.setViewport({ width: Number(width), height: 900 });
  page.on('pageerror', (error) => wrong.push(`the page failed: ${String(error).slice(0, 300)}`));
  await page.goto(address, { waitUntil: 'networkidle2', timeout: 120_000 });
  // The whole board at once: what is drawn on a canvas is drawn for the size of the window.
  const height = await page.evaluate(() => document.body.scrollHeight);
  await page.setViewport({ width: Number(width), height: height + 20 });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  wrong.push(...(await page.evaluate(complaints, PANEL)));
  const flame = new URL(address).searchParams.get('flame');
  wrong.push(...(flame ? await search(page) : await boxes(page)));
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
}
for (const one of wrong) console.error(`${picture}: ${one}`);
process.exit(wrong.length ? 1 : 0);

// Runs in the page.
function complaints(panelSelector) {
  const found = [...(window.__errors ?? ['the page did not start'])];
  for (const empty of document.querySelectorAll('[data-nodata]')) {
    found.push(`no data in "${empty.closest('section')?.querySelector('h2')?.innerText}"`);
  }
  if (!window.__log?.length) found.push('nothing was asked');
  if (!document.querySelector(panelSelector) && !document.querySelector('canvas')) found.push('nothing was drawn');
  return found;
}

// Queries and variables that found nothing; a panel that says what it means when it is empty may be.
async function unanswered(page, board) {
  const log = await page.evaluate(() => window.__log ?? []);
  const mayBeEmpty = (title) => board.panels.some((panel) => panel.title === title && panel.fieldConfig?.defaults.noValue);
  const empty = log.filter((entry) => entry.series === 0 && !mayBeEmpty(entry.title));
  return empty.map((entry) => `nothing found by ${entry.title ?? entry.variable}: ${entry.query ?? 'the variable'}`);
}

// As many panels as the board has, none over another, each with something in it.
async function boxes(page) {
  const dash = new URL(address).searchParams.get('dash');
  const board = await (await fetch(new URL(dash, address))).json();
  const wanted = board.panels.filter((panel) => panel.type !== 'row').map((panel) => panel.title);
  const drawn = await page.$$eval('section', (all) =>
    all.map((one) => {
      const { x, y, width, height } = one.getBoundingClientRect();
      const title = one.querySelector('h2')?.innerText ?? '';
      return {
        title,
        x,
        y,
        width,
        height,
        full: !!one.querySelector('canvas, [role="grid"], .markdown-html') || one.innerText.length > title.length,
      };
    }),
  );
  const found = await unanswered(page, board);
  found.push(...wanted.filter((title) => !drawn.some((one) => one.title === title)).map((title) => `no panel "${title}"`));
  found.push(...drawn.filter((one) => !one.full).map((one) => `panel "${one.title}" is blank`));
  for (const [i, a] of drawn.entries()) {
    const over = (b) => a.x < b.x + b.width - 1 && b.x < a.x + a.width - 1 && a.y < b.y + b.height - 1 && b.y < a.y + a.height - 1;
    found.push(
      ...drawn
        .slice(i + 1)
        .filter(over)
        .map((b) => `"${a.title}" lies over "${b.title}"`),
    );
  }
  return found;
}

// The component has rows, and its search finds one of our functions.
async function search(page) {
  const rows = await page.evaluate(() => window.__log[0]?.rows ?? 0);
  const found = rows > 10 ? [] : [`${rows} rows in the flamegraph`];
  const [input] = await page.$$('input');
  if (!input) return [...found, 'the flamegraph has no search'];
  await input.type('engine');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const text = await page.evaluate(() => document.body.innerText);
  return text.includes('engine') ? found : [...found, 'the search finds no function of the engine'];
}
