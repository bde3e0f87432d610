// Renders the card of stdin with Microsoft's renderer in Chromium; prints {problems, text, buttons, widest} as JSON.
// usage: node render_card.mjs CHROMIUM WIDTH [SCREENSHOT]
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const [executablePath, width, screenshot] = process.argv.slice(2);
const card = JSON.parse(readFileSync(0, "utf8")).attachments[0].content;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: Number(width), height: 800 } });
await page.setContent('<body style="font-family: sans-serif"><div id="card"></div></body>');
await page.addScriptTag({ path: require.resolve("adaptivecards/dist/adaptivecards.js") });
const seen = await page.evaluate((card) => {
  const { AdaptiveCard, SerializationContext } = window.AdaptiveCards;
  // As Teams does: text blocks are Markdown.
  AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = text.replace(/\*\*(.+?)\*\*/g, "<b>$1</b>").replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2">$1</a>');
    result.didProcess = true;
  };
  const found = new AdaptiveCard();
  const context = new SerializationContext();
  found.parse(card, context);
  const problems = [];
  for (let i = 0; i < context.eventCount; i++) problems.push(context.getEventAt(i).message);
  for (const event of found.validateProperties().validationEvents) problems.push(event.message);
  const place = document.getElementById("card");
  place.appendChild(found.render());
  return {
    problems,
    text: place.innerText,
    buttons: [...place.querySelectorAll("button")].map((button) => button.innerText),
    links: place.querySelectorAll("a, img, script").length,
    widest: document.documentElement.scrollWidth,
  };
}, card);
if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
await browser.close();
console.log(JSON.stringify(seen));
